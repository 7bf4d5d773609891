# ruff: noqa: SIM905  (word lists read better as prose)
"""People: introductions, signatures, meetings, chat messages."""

from __future__ import annotations

from dllm_struct.models.bundled.data import pools
from dllm_struct.models.bundled.data.draw import Draw
from dllm_struct.models.bundled.data.names import (
    city,
    company,
    email,
    event,
    first_name,
    job,
    job_title,
    people,
    person,
    phone,
    place,
    postcode,
    several_of,
    street,
    website,
)
from dllm_struct.models.bundled.data.said import Said
from dllm_struct.models.bundled.data.types import Field, Groups, Kind
from dllm_struct.models.bundled.data.values import (
    BOOLEAN,
    COUNT,
    DATE,
    EMAIL,
    STRING,
    TIME,
    array,
    clock,
    day,
    whole,
    yes_no,
)

LANGUAGES = "English German French Spanish Italian Polish Dutch Turkish Arabic Hindi Thai".split()

NAME = Field(("name", "full_name", "person", "contact_name"), person, STRING)
MAIL = Field(("email", "email_address", "mail", "contact_email"), email, EMAIL)
PHONE = Field(("phone", "phone_number", "telephone", "tel"), phone, STRING)
CITY = Field(("city", "town", "location"), city, STRING)
COMPANY = Field(("company", "employer", "organization", "firm"), company, STRING)
STREET = Field(("street", "street_address", "address_line"), street, STRING)
POSTCODE = Field(("postcode", "zip", "postal_code", "zip_code"), postcode, STRING)
WHERE: Groups = {("address", "postal_address"): ("street", "postcode", "city")}

INTRODUCTION = Kind(
    "introduction",
    {
        "name": NAME,
        "age": Field(("age", "years_old", "age_years"), whole(18, 95), COUNT),
        "job": Field(("job", "occupation", "profession", "role"), job, STRING),
        "company": COMPANY,
        "city": CITY,
        "email": MAIL,
        "languages": Field(
            ("languages", "spoken_languages"), several_of(LANGUAGES, 1, 3), array(STRING)
        ),
        "married": Field(
            ("married", "is_married"),
            yes_no(("married", "happily married"), ("single", "not married", "unmarried")),
            BOOLEAN,
        ),
    },
    (
        "<Hi|Hello|Hey>, <I'm|I am|my name is|this is> {name}<, {age} years old|>. "
        "<I work as a {job} at {company}|I am a {job}> <in|from> {city}.",
        "{name} <is|turned> {age}<, lives in {city}|> and works <as a {job} |>for {company}.",
        "{name} ({age}) is a {job} <from {city}|at {company}|based in {city}>. "
        "<{name} speaks {languages}.|Mail: {email}|>",
        "Meet {name}, <our new {job}|a {job}> <at {company}|from {city}>. "
        "<Reach them at {email}.|{name} speaks {languages}.|>",
        "My colleague {name} <lives in {city}|is from {city}>, is {age} and {married}. "
        "<Her|His> job: {job}.",
        "At {company} in {city} there is a {job} called {name}<, aged {age}|>.",
        "<Name's|The name is> {name}. Age {age}<, {married}|>. <I speak {languages}.|> "
        "I earn my living as a {job}<, mostly in {city}|>.",
        "<Born {age} years ago in|Raised in> {city}, {name} <now works for|joined> {company} "
        "as a {job}. <You can write to {email}.|>",
        "I live in {city} and I'm {age}. Friends call me {name}. <I speak {languages}|I am "
        "{married}>. <By day I am a {job} at {company}.|>",
        "{company} employs {name}, a {age}-year-old {job} <who lives in {city}|from {city}>.",
        "The {job} {name} of {company} <can be reached at {email}|is {married}>. Home: {city}.",
        "Contact: {name}, {job}, {company}, {city}<, {email}|>.",
    ),
    (
        "Let me introduce {name}: {age} years of age, {job} by trade, home in {city}."
        "< Employer: {company}.|>",
        "We welcome {name} to {company}. The {age}-year-old comes from {city} and has been a "
        "{job} for long. <E-mail goes to {email}.|>",
        "Good morning! {name} here, {job} at {company}. I moved to {city} and just turned {age}. "
        "<I am {married}.|I speak {languages}.>",
    ),
)


SIGNATURE = Kind(
    "signature",
    {
        "name": NAME,
        "title": Field(("title", "job_title", "position"), job_title, STRING),
        "company": COMPANY,
        "email": MAIL,
        "phone": PHONE,
        "website": Field(("website", "url", "homepage"), website, STRING),
        "street": STREET,
        "postcode": POSTCODE,
        "city": CITY,
    },
    (
        "<Best|Kind|Warm> regards,\n{name}\n{title}<, {company}|\n{company}>\n{email}\n{phone}",
        "<Thanks|Cheers>,\n{name}\n{title} | {company}\n<T|Tel|Phone>: {phone}\n{email}",
        "Dear team,\n<please see the file|the draft is done>.\n<Yours|Sincerely>,\n{name}\n"
        "{company}\n{street}\n{postcode} {city}",
        "{name} - {title} - {company}\n{street}, {postcode} {city}\n{phone} - {website}",
        "-- \n{name}, {title}\n{company}, {city}\n<mail|e-mail>: {email}<\nweb: {website}|>",
        "You can <reach|contact> {name} <at|via> {email} or {phone}. "
        "Office: {street}, {postcode} {city}.",
        "{company}\n{street}\n{postcode} {city}\nAttn: {name}<, {title}|>\n<{phone}|{website}>",
        "Please update our records: {name} <is now {title} at|has moved to> {company}. "
        "<New number: {phone}.|New address: {street}, {city}.> Mail: {email}.",
        "For questions <write to|ask> {name} ({email}), {title} at {company}<, or call {phone}|>.",
        "Call {phone} and ask for {name}. The office of {company} is at {street} in {city}.",
    ),
    (
        "With best wishes\n{name}\n{title} at {company}\n{street}, {postcode} {city}\n{phone}",
        "My new card reads: {name}, {title}, {company}, {website}. Phone {phone}, mail {email}.",
        "Ship it to {name}, {street}, {postcode} {city}. If nobody is there, dial {phone} or "
        "write to {email}.",
    ),
    WHERE,
)

MEETING = Kind(
    "meeting",
    {
        "title": Field(("title", "event", "event_name", "subject", "topic"), event, STRING),
        "date": Field(("date", "day", "event_date", "when"), day, DATE),
        "time": Field(("time", "start", "start_time", "begins_at"), clock, TIME),
        "place": Field(("location", "place", "venue", "where"), place, STRING),
        "organizer": Field(("organizer", "host", "organiser", "chair"), person, STRING),
        "attendees": Field(
            ("attendees", "participants", "people", "guests", "invited"), people, array(STRING)
        ),
        "minutes": Field(
            ("duration_minutes", "minutes", "duration", "length_minutes"),
            whole(10, 180),
            COUNT,
        ),
        "online": Field(
            ("online", "is_online", "virtual", "remote"),
            yes_no(
                ("It is online only", "We meet on a video call", "This one is virtual"),
                ("It is in person", "We meet on site", "This one is face to face"),
            ),
            BOOLEAN,
        ),
    },
    (
        "<The|Our> {title} <is|takes place|will be held> on {date} at {time} in {place}. "
        "<{organizer} is hosting.|Invited: {attendees}.|{online}.|>",
        "<Reminder|Note>: {title}, {date}, {time}, {place}. <Host: {organizer}.|It lasts {minutes} "
        "minutes.|>",
        "Hi {attendees}, <let's meet|we meet> for the {title} on {date} at {time}<, {place}|>. "
        "<{online}.|Regards, {organizer}|>",
        "{organizer} <invites|has invited> {attendees} to the {title} on {date}"
        "<. Start: {time}|, {time}>.",
        "On {date} {organizer} will <run|lead|chair> the {title} in {place}. <We start at {time}|"
        "Starts at {time}> and <plan|need> {minutes} minutes.",
        "Calendar\nWhat: {title}\nWhen: {date}, {time}\nWhere: {place}\nWho: {attendees}",
        "Can you make it to {place} on {date}? The {title} begins at {time}<, {minutes} minutes|>. "
        "<{online}.|>",
        "At {time} on {date} we hold the {title} with {attendees}. <{online}.|Place: {place}.>",
        "<Moved|Rescheduled>: the {title} is now on {date} at {time}. <Room: {place}.|{online}.> "
        "<Ask {organizer} for details.|>",
        "The {title} <by|of> {organizer} lasts {minutes} minutes and <starts|begins> at {time}. "
        "Date: {date}. Participants: {attendees}.",
        "Save the date! {date}, {time}: {title} at {place}. <{organizer} looks forward to "
        "seeing {attendees}.|>",
    ),
    (
        "Everybody, {title} is coming up: {date}, doors open at {time}, {place}. "
        "<Contact {organizer} to join.|{online}.>",
        "{attendees} will join {organizer} for the {title}. It has been set for {date}, {time}, "
        "and should take {minutes} minutes.",
        "Booked {place} for the {title}. We gather at {time} on {date}. <{online}.|Present: "
        "{attendees}.>",
    ),
)


def _message(draw: Draw) -> Said:
    topic, thing = draw.pick(pools.TOPICS), draw.pick(pools.THINGS)
    texts = (
        f"bring the {thing}",
        f"the {topic} file is ready",
        f"can you check the {topic} notes",
        f"I left the {thing} at home",
        f"call me about the {topic} plan",
        f"the {thing} is broken again",
        f"{draw.made_up()} wants the {thing} back",
    )
    text = draw.pick(texts)
    return Said(text, text)


def _channel(draw: Draw) -> Said:
    text = draw.pick((draw.pick(pools.TOPICS), draw.made_up().lower()))
    return Said(text, text)


CHAT = Kind(
    "chat",
    {
        "sender": Field(("sender", "from", "author", "from_user"), first_name, STRING),
        "recipient": Field(("recipient", "to", "receiver", "addressee"), first_name, STRING),
        "time": Field(("time", "sent_at", "timestamp"), clock, TIME),
        "message": Field(("message", "text", "content", "body"), _message, STRING),
        "channel": Field(("channel", "group", "room"), _channel, STRING),
    },
    (
        "[{time}] {sender}: @{recipient} {message}",
        "[{time}] {sender} -> {recipient}: {message}",
        "{sender} ({time}): {message}",
        "{sender} to {recipient}<, {time}|>: {message}",
        '{sender} wrote to {recipient} at {time}: "{message}"',
        "At {time}, {sender} <told|texted|messaged> {recipient}: {message}.",
        "<New message|Message> in {channel} from {sender}: {message}",
        "{recipient} got a <note|text> from {sender} at {time}. It says: {message}.",
        "#{channel} {time} {sender}: {message}",
        "To: {recipient}\nFrom: {sender}\nTime: {time}\n\n{message}",
        '"{message}", {sender} <said|wrote> in {channel} at {time}.',
    ),
    (
        "{time} | {sender} | {message}",
        'Around {time} {recipient} read what {sender} had sent: "{message}".',
        "{sender} posted in {channel} at {time}: {message}",
    ),
)


PEOPLE = (INTRODUCTION, SIGNATURE, MEETING, CHAT)
