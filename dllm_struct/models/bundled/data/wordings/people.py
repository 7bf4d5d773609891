"""Further wordings about people: introductions, signatures, meetings, chat messages."""

from __future__ import annotations

from dllm_struct.models.bundled.data.wordings.types import Wordings

INTRODUCTION = Wordings(
    phrasings=(
        "Hello,\n\nI am {age}, {married} and a {job} in {city}.\n<I speak {languages}.\n|>\n"
        "Yours,\n{name}",
        "<This morning|Yesterday|Last week> I met {name}, <a {age}-year-old {job}|a {job} of "
        "{age}> <from|living in> {city}.",
        "{name} has been with {company} since spring<; the {job} is {age}|>. <{city} is where "
        "{name} lives.|The team is based in {city}.>",
        "<Our guest|The speaker> tonight is {name}, {job} at {company}<, {married}, {age}|>.",
        "Name {name}, age {age}, job {job}, city {city}<, {married}|>.",
        "Aged {age}, {name} still works as a {job}<, in {city}|, for {company}>.",
        "Of all the people at {company}, {name} is the <oldest|youngest>: {age}. <Home town: "
        "{city}.|The job title is {job}.>",
        "As a {job}, {name} <earns a living|makes money> in {city}. <At {age} there is no end in "
        "sight.|The boss is {company}.>",
        "<They say|I hear|We read> that {name}, {age}, <left {city}|is leaving {city}> to be a "
        "{job} at {company}.",
        "{company} has <a new|hired a> {job}: {name}<, {age}|>. <Write to {email}.|{name} knows "
        "{languages}.>",
        "You may know {name} from {company}. <The {job}|This {job}> is {age}<, {married}|> and "
        "resides in {city}.",
        "In {city} lives {name}. {age} years old. {job}. <{married}.|Speaks {languages}.>",
        "<The new neighbour|My cousin|A friend of mine>, {name}, is a {job} <in {city}|with "
        "{company}> and {age} years old.",
        "{name} speaks {languages}<, is {married}|> and works in {city} as a {job}.",
        "<Ask|Talk to|See> {name}, our {job}<, if you are in {city}|>. <Age: {age}.|Mail: "
        "{email}.>",
        "{languages}: these are the languages of {name}, a {job} <from {city}|of {age}>.",
        "Profile of {name}\n{age} years, {married}\n{job}, {company}\n<{city}|{email}>",
        "Hi there! People call me {name}. {city} is my home<, {company} pays my bills|>. <I am "
        "{age}.|My job: {job}.>",
        "<Who is|Who's> {name}? A {job}, {age} years old, {married}, from {city}.",
        "{age}, {married}, {job}: that is {name} <in a nutshell|in three words>.",
        "{name}'s employer is {company}, {name}'s town is {city}<, and the job is {job}|>.",
        "My age is {age}, my town is {city} and I am called {name}. <At {company} I am the "
        "{job}.|>",
        "Greetings from {city}! I am {name}, {job}, {married}. <Find my mail at {email}.|>",
        "It was {name}, the {job} from {company}, who <told me|showed me> around {city}.",
        "We interviewed {name} ({age}, {job}). <Lives: {city}.|Languages: {languages}.|{email}>",
        "At the age of {age} {name} took a job with {company} <in {city}|as a {job}>.",
        "The {age}-year-old {name} <runs|leads> the {city} office of {company}.",
        "The one who knows {languages} is {name}, the {job} of {company}.",
    ),
    clauses=(
        "<The person is|It is about|Please note:> {name}.",
        "{name} <is|has the age of|is now> {age}.",
        "{name} is a {job}.",
        "<Works|Working> for {company}.",
        "{company} <pays|hired|trusts> {name}.",
        "<Lives|Resides|Stays> in {city}.",
        "{name} <has a flat|grew up|can be found> in {city}.",
        "<Speaks|Fluent in|Languages:> {languages}.",
        "{name} is {married}.",
        "<Age|Years>: {age}.",
        "<Profession|Works as>: {job}.",
        "<Mail|Write> to {email}.",
        "The {job} is {age} years old.",
        "{name}, <{job}|{age}>.",
        "<The person's name is|The name on the list is|This text is about> {name}.",
        "<We are talking about|Everyone calls this person|The full name is> {name}.",
        "{name} <has lived|has spent|has seen> {age} <years|summers>.",
        "<At {age}, {name} feels young.|{name} will soon be older than {age}.>",
        "<How old? {age}.|{name} is aged {age}.|The age given is {age}.>",
        "<The passport says {age} years.|I am {age}.|My age is {age}.>",
        "{name} is employed as a {job}.",
        "<A {job}, that is what {name} is.|Trained as a {job}.|The trade: {job}.>",
        "<What {name} does? {job}.|By profession {name} is a {job}.|I am a {job}.>",
        "<Once a student, {name} is a {job} today.|Every day {name} works as a {job}.>",
        "<On the payroll of|Under contract with|Hired by|Part of> {company}.",
        "{name} <is with|is at|has joined|started at|works for|belongs to> {company}.",
        "<The firm is called|The company is|My boss is> {company}.",
        "{company} <is where {name} works|is the workplace of {name}|signs the cheques>.",
        "<Living in|Settled in|Residence:|Based in|Born and raised in> {city}.",
        "{name} <calls {city} home|rents a room in {city}|never left {city}|loves {city}>.",
        "<You will find {name} in {city}.|{city} is the home of {name}.|The town is {city}.>",
        "<My house is in|My town is|I live in|We are neighbours in> {city}.",
        "{name} <knows|understands|talks in|can speak|is fluent in|reads> {languages}.",
        "<The languages are|Languages spoken:|Talk to {name} in> {languages}.",
        "{name}, who is {married}, <laughs a lot|likes dogs|sings in a choir>.",
        "<Family status:|Status:|At the moment> {married}.",
        "<Mails reach {name} at|The address for mails is|Send mail to|Reply to> {email}.",
        "<{email} is the mail of {name}.|Use {email}.|{name} reads {email}.>",
        "<The {job} {name}|{name}, a {job}|{name}, {job} by day>, <likes tea|is fond of chess>.",
        "{name} ({age}) <smiles|waves>.",
        "{name} of {company} <called|was here>.",
        "{name} from {city} <called|was here>.",
        "A {job} from {city}, {name} by name.",
    ),
)

SIGNATURE = Wordings(
    phrasings=(
        "Talk soon,\n{name}\n{company} - {title}\n<{email}|{phone}>\n{website}",
        "{name} | {title} | {company} | {email} | {phone}",
        "{name}, {title} of {company}, <has a new number: {phone}|can be found at {street}, "
        "{city}>. <Mails: {email}.|Web: {website}.>",
        "<Yours truly|All my best>\n\n{name} ({title})\n{street}\n{postcode} {city}\n{email}",
        "<The {title}|Our {title}>, {name}, answers <calls at {phone}|mails to {email}>. "
        "<{company} sits at {street}, {postcode} {city}.|See also {website}.>",
        "{company}, {street}, {postcode} {city}, {phone}, {website}\nYour contact: {name}",
        "Send the <papers|keys|contract> to {name}, {street}, {postcode} {city}. <Questions? "
        "{phone}.|Mail: {email}.>",
        "I have left my old job and am now {title} at {company}. <My mail is {email}.|My phone is "
        "{phone}.> {name}",
        "From: {name} ({email})\n<{title}, |>{company}\n{phone}",
        "{email} belongs to {name}, <who is {title} at|the {title} of> {company}.",
        "<Business card|Contact card>: {name}; {title}; {company}; {street}; {postcode} {city}; "
        "{phone}; {email}",
        "Under {phone} you get {name}, {title}. <On the web: {website}.|The firm: {company}.>",
        "<Visit us!|Drop by!> {company}, {street}, {city}. {website}. <Ask for {name}.|Open "
        "daily.>",
        "{website} is the page of {company}. <{name}, {title}, wrote it.|Post: {street}, "
        "{postcode} {city}.>",
        "We moved! From today {company} is at {street}, {postcode} {city}. <Phone stays "
        "{phone}.|{name}>",
        "To reach {company}, <call {phone}|mail {email}> and <ask for|speak to> {name}, the "
        "{title}.",
        "Name: {name}\nRole: {title}\nFirm: {company}\nTel: {phone}\nMail: {email}",
        "{name}\n{email}\n{website}",
        "<Sender|Return address>: {name}, {street}, {postcode} {city}",
        "{name} signs as {title} of {company}. <Letters: {street}, {city}.|Calls: {phone}.>",
        "Hello, this is {name} from {company}. <You can phone me on|My direct line is> {phone}<, "
        "or see {website}|>.",
        "<Thank you|Until then>,\n{title} {name}\n{company}\n{phone} / {email}",
        "Best,\n{name}\nM {phone}\nE {email}\nW {website}",
        "Regards {name} {title} {company} {street} {postcode} {city}",
    ),
    clauses=(
        "<Sincerely|Yours|All the best>, {name}",
        "<I am|My name is|This is> {name}.",
        "{name}, {title}",
        "{title} at {company}",
        "<Phone|Mobile|Tel.|Call> {phone}",
        "<Mail|E-mail|Write to> {email}",
        "<Visit|See|Web> {website}",
        "<We are at|Come to|Address:> {street}, {postcode} {city}",
        "{company}, {city}",
        "{company} | {website}",
        "{street}, {city}",
        "<The firm is|I work for> {company}.",
        "<Regards|Best|Greetings|Warmly|Thanks>,\n{name}",
        "<Ask for|Speak to|Look for|Your contact is> {name}.",
        "<The name is|It is signed by|Written by> {name}.",
        "{name} <is the {title}|works as {title}|holds the post of {title}|was made {title}>.",
        "<Position:|Role:|Job:|I am the> {title}.",
        "{name} <represents|acts for|is from|writes for|is the voice of> {company}.",
        "<The company is called|Firm:|We are|On behalf of> {company}.",
        "{company} <employs {name}|is our firm|welcomes your call>.",
        "<My number is|Reach me on|The line is|Fax and phone:|Ring> {phone}.",
        "{phone} is <the number of {name}|my number|our line|the office>.",
        "<Calls go to {phone}.|Our phone number: {phone}.|You may phone {phone}.>",
        "<My mail address is|Send mails to|Drop a line to|Inbox:> {email}.",
        "<{email} is checked daily.|{name} uses {email}.|We read {email}.>",
        "<Our site is|More at|Online at|Homepage:|Go to> {website}.",
        "<{website} tells you more.|All about us: {website}.>",
        "<The office is at|Post goes to|Letters to|Our door is at|We sit at> {street}, {postcode} "
        "{city}.",
        "<Street:|Located at|Find us at> {street}.",
        "<City:|Our town is|We are based in|Office in> {city}.",
        "<The postcode is|ZIP> {postcode}.",
        "{street}\n{postcode} {city}",
        "{name} has a desk at {street}.",
        "{name} ({title}), {phone}",
        "{name} / {email}",
        "{company} has its seat in {city}.",
    ),
)

MEETING = Wordings(
    phrasings=(
        "Hi {attendees},\n\nthe {title} is on {date} at {time}<, in {place}|>.\n<{online}.\n|>\n"
        "Best,\n{organizer}",
        "Dear all,\n\n{organizer} asks you to keep {date} free: {title}, {time}, {minutes} "
        "minutes.\n\nThank you",
        "<Tell everyone|Heads up>: {date}, {place}, {title}. <We begin at {time}.|{organizer} is "
        "in charge.>",
        "{organizer} has moved the {title} to {date}<, {time}|>. <{place} is the room.|{online}.>",
        "The {title} that {organizer} <planned|set up> is on {date}. <Please be in {place} at "
        "{time}.|{attendees} know about it.>",
        "<We would like to see|We expect> {attendees} at the {title} on {date}<, {time} sharp|>.",
        "Agenda for {date}: {title}, {time}, {minutes} minutes. <Chair: {organizer}.|{online}.>",
        "{date} {time} {title} <{place}|({organizer})>",
        "Meet us in {place} for the {title}. <It runs for {minutes} minutes|It is a matter of "
        "{minutes} minutes>, from {time} on {date}.",
        "{attendees}: please keep {date} free. {organizer} <holds|gives> the {title}<, {time}|>.",
        "Is {date} fine for the {title}? {organizer} suggests {time}<, {place}|>. <{online}.|>",
        "Dear {attendees}, <you are asked|you are welcome> to come to {place} on {date}, {time}. "
        "<Subject: {title}.|It is about the {title}.>",
        "{title} with {attendees}\n{date}\n{time}, {minutes} min\n<{place}|{organizer}>",
        "On {date}, at {time}, {place} <hosts|is the scene of> the {title}. <{minutes} minutes "
        "are planned.|{organizer} speaks.>",
        "<Not to be missed|New in the calendar>: {title} ({minutes} minutes). {online}. <When? "
        "{date}.|Who? {attendees}.>",
        "The {title} takes {minutes} minutes, starts at {time}, and <{attendees} take "
        "part|{organizer} runs it>.",
        "{organizer} here. I <booked|reserved> {place} from {time} for our {title}. Day: {date}.",
        "<Thanks to|Because of> {organizer} we have a {title} on {date}. {online}. <Starts "
        "{time}.|>",
        "Event: {title}; day: {date}; hour: {time}; room: {place}; lead: {organizer}",
        "If you <want|like> to join {attendees} at the {title}, be at {place} <at|by> {time}.",
        "{time} is the start, {date} the day, {place} the place: {title}!",
        "{minutes} minutes for the {title}, that is all {organizer} asks of {attendees}. {date}.",
        "The {title}, <first planned by|an idea of> {organizer}, will happen on {date}. {online}.",
        "Guests of the {title} are {attendees}. <Host is {organizer}.|Day and hour: {date}, "
        "{time}.>",
        "Team, the {title} was put on {date} at {time}. <{organizer} called for it.|Be there, "
        "{attendees}.>",
    ),
    clauses=(
        "<We plan|There is|You are invited to> the {title}.",
        "The {title} is on {date}.",
        "<It starts|Start|Beginning> at {time}.",
        "<Day|Date>: {date}.",
        "<Come to|It is in|We use|Find us in> {place}.",
        "<Led|Hosted|Organised> by {organizer}.",
        "{organizer} <will speak|asked for this|is in charge>.",
        "<With|Guests:|Expected:> {attendees}.",
        "{attendees} <will come|take part|are invited>.",
        "<It takes|Duration:|Plan for> {minutes} minutes.",
        "{online}.",
        "{title}: {date} at {time}.",
        "{title} in {place}, {time}.",
        "<The event is called|The subject is|We meet for|It is about> the {title}.",
        "<Do not forget|Please come to|Welcome to|Next up:> the {title}.",
        "<It will be on|The day is|We chose|Please block|Scheduled for> {date}.",
        "The {title} <was moved to|falls on|happens on|is planned for> {date}.",
        "<It begins at|Kick-off at|The clock says|From> {time}.",
        "The {title} <starts|begins|opens|kicks off> at {time}.",
        "<Be there at {time}.|{time} is the starting time.|Please arrive by {time}.>",
        "<The venue is|The room is|It happens in|Location:|We sit in|Head for> {place}.",
        "{place} <is booked|is where we meet|will be ready|is the venue>.",
        "{organizer} <runs it|leads the {title}|is the host|chairs|invited us|set it up>.",
        "<The host is|The chair is|Speaker and host:|It was set up by|In charge:> {organizer}.",
        "<Ask {organizer}, who hosts it.|Run by {organizer}.|{organizer} is organising it.>",
        "<Invited are|Taking part:|On the list:|We count on|Guests are> {attendees}.",
        "{attendees} <said yes|are coming|are on the list|will be there|should attend>.",
        "{organizer} <invited|expects|asked> {attendees}.",
        "<It lasts|It goes on for|We need|Set aside|No more than|Length:> {minutes} minutes.",
        "<{minutes} minutes will do.|The {title} is {minutes} minutes long.|After {minutes} "
        "minutes we are done.>",
        "<Please note:|As always,|By the way:> {online}.",
        "{date}, {time}, {place}.",
        "{date} at {time}: {title}.",
        "{date}: {organizer} talks about the {title}.",
        "{title} ({organizer})",
    ),
)

CHAT = Wordings(
    phrasings=(
        "<{time}: |>{sender} <asked|told|informed> {recipient}: {message}",
        "{recipient}, <here is a message from|you have mail from> {sender} ({time}): {message}",
        '{sender}, {time}, #{channel}: "{message}"',
        '"{message}" were the words of {sender} to {recipient}<, at {time}|>.',
        "{recipient} was told by {sender}: {message}. <That was at {time}.|It was in {channel}.>",
        "<Note|Memo> to {recipient} by {sender}: {message}",
        "{sender} @ {time}\n{message}",
        "from {sender} to {recipient} in {channel}\n{message}",
        "[{channel}] <{sender} to {recipient}|{sender}>: {message} ({time})",
        "In the room {channel}, {sender} <let {recipient} know|said to {recipient}>: {message}.",
        "The last words of {sender} to {recipient} at {time} were: {message}",
        "<Forwarded|Saved>: {message}. Author {sender}, {time}<, group {channel}|>.",
        "At {time} {recipient} <got this from|heard from> {sender}: {message}",
        "{time} - {sender} <pinged|texted> {recipient} - {message}",
        "Hey {recipient}, {message}! {sender}",
        "Hi {recipient}, {message}. <Yours, {sender}|Bye, {sender}|{sender}> (sent {time})",
        "@{recipient} {message} - {sender}, {time}",
        "{sender} has a message for {recipient}: {message}. <Channel: {channel}.|Sent {time}.>",
        "When {recipient} looked at the phone at {time}, {sender} had a wish: {message}.",
        "What does {sender} want from {recipient}? {message}. <{time}|Seen in {channel}.>",
        "{recipient} <replied to|answered> nobody, but {sender} wrote at {time}: {message}",
        "({time}) {sender} > {recipient} > {message}",
        "{recipient} <is asked by|has a text from> {sender}<, time {time}|>: {message}",
    ),
    clauses=(
        "{sender} <asks|says|writes>: {message}.",
        "<The text reads|Text>: {message}",
        "<It was|Sent at|Time:> {time}.",
        "<From|By|Author:> {sender}.",
        "<For|To|Receiver:> {recipient}.",
        "{sender} <sends a message to|pings|answers> {recipient}.",
        "<In|Channel|Room> {channel}.",
        "{time} {sender}: {message}",
        "{recipient} <hears|learns|is told> from {sender}: {message}.",
        "{recipient} was <asked|told> by {sender}.",
        "(#{channel}, {time})",
        "{sender} <wants to say|adds|types|shouts|reminds us>: {message}.",
        "<The message is|It reads|Content|Here it is>: {message}.",
        '"{message}", <says|asks|types|shouts> {sender}.',
        "<The clock showed|It came at|Received at|At exactly> {time}.",
        "<The sender is|Written by|It came from|It was> {sender}.",
        "<It is for|Meant for|The receiver is|It went to|Addressed to> {recipient}.",
        "{sender} <writes to|texts|has news for|turns to|calls> {recipient}.",
        "{recipient} <gets a line from|is pinged by|has a note of> {sender}.",
        "<Posted to|The group is|You see it in|The channel is called> {channel}.",
        "{sender} is <in {channel}|writing in {channel}>.",
        "[{time}] {sender}: {message}",
        "{sender} ({channel}): {message}",
        "{sender} -> {recipient}",
        "To {recipient}: {message}",
        "For {recipient} from {sender}.",
        "{recipient}! {message}!",
        "At {time} {sender} <sent it|hit the key|wrote it>.",
        "{recipient} saw it at once.",
    ),
)

PEOPLE = {
    "introduction": INTRODUCTION,
    "signature": SIGNATURE,
    "meeting": MEETING,
    "chat": CHAT,
}
