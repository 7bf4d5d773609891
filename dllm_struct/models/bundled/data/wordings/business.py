"""Further wordings about business: job postings, travel bookings, shipments."""

from __future__ import annotations

from dllm_struct.models.bundled.data.wordings.types import Wordings

JOB = Wordings(
    phrasings=(
        "Hello,\n\nwe are hiring: {title}, {city}<, {salary}|>.\n{remote}.\n<You know {skills}.\n"
        "|>\nRegards,\n{company}",
        "<We are growing!|News from {company}:> a {title} is wanted in {city}<, {type}|>. "
        "<{salary} a year.|{remote}.>",
        "{company}, {city}: {title} <({type})|for {salary}>. <Bring {years} years.|You use "
        "{skills}.|{remote}.>",
        "If you know {skills}, <{company} wants you|you could be our {title}>. <Place: "
        "{city}.|Pay: {salary}.> {remote}.",
        "As a {title} at {company} you <earn|get|make> {salary}. <{type}, {city}.|{remote}.>",
        "<Vacancy|Job ad>: {title}\nWhere: {city}\nWhat you need: {skills}\nWhat you get: "
        "{salary}\nContact: {email}",
        "With {years} years of work behind you, {company} <offers|pays> {salary} to every {title}.",
        "A {title} must know {skills}. <After {years} years in the job|With {years} years of "
        "practice> you can <apply to {email}|start at {company}>.",
        "The {city} office of {company} <is short of|lacks|misses> a {title}. {type}. <{remote}.|>",
        "{type} {title} <wanted|needed> by {company}. <In {city}.|{salary}.> <Letters to "
        "{email}.|>",
        "{remote}: {company} lets its next {title} <choose|decide>. <Salary is {salary}.|Send "
        "mail to {email}.>",
        "Could you be a {title}? {years} years of experience and {skills} will help. "
        "<{company}|{email}>",
        "{salary} per year for {skills}? Yes, as {title} with {company} in {city}.",
        "Title: {title}. Type: {type}. City: {city}. Skills: {skills}. <Salary: "
        "{salary}.|{remote}.>",
        "{company} pays a {title} {salary}<, {type}|>. The <job|desk> is in {city}.",
        "You have {years} years of experience? You like {skills}? Then write to {email}<; "
        "{company} needs a {title}|>.",
        "<I|We> have a job for you: {title}, {type}, {city}. <The firm is {company}.|The pay is "
        "{salary}.>",
        "Our {title} has left. So {company} <offers the post|opens the position> again: {salary}, "
        "{city}, {type}.",
        "{title} <m/f|(all genders)>, {company}, {city}, {years} years of experience",
        "In {city} {company} pays {salary} to those who know {skills}. <The role: {title}.|>",
        "For our {city} branch: {title}, {type}. {remote}. <Mail {email}.|Expected: {skills}.>",
        "Do you want to earn {salary}? <Be|Become> a {title} at {company}. {remote}.",
        "Mail your letter to {email}. {company} hires a {title} ({years} years of experience, "
        "{skills}).",
        "{company} <doubles its team|opens a new house> in {city} and wants a {title} who knows "
        "{skills}.",
    ),
    clauses=(
        "<We hire|The job is|New role:> {title}.",
        "{company} <needs|wants|searches for> a {title}.",
        "<Place of work|You work in|Located in>: {city}.",
        "The office is in {city}.",
        "<You earn|We pay|Pay:> {salary}<| a year| per year>.",
        "{remote}.",
        "<It is a|This is a> {type} <job|position>.",
        "<You should know|We use|Needed:> {skills}.",
        "<You have|After> {years} years <of experience|in the job>.",
        "<Send your letter|Apply|Answer> to {email}.",
        "The {title} gets {salary}.",
        "<Employer|About us>: {company}.",
        "Knowledge of {skills} <helps|is a must>.",
        "<The position is|The role is|The title is|We look for a|The post:> {title}.",
        "<You will be our {title}.|A {title} is wanted.|Be our {title}.|We need one {title}.>",
        "{company} <offers this job|is hiring|is the employer|looks for a {title}|grows fast>.",
        "<The company is|You work for|The firm is called|Join> {company}.",
        "<The job is in|Workplace:|The desk stands in|Come to|Based in> {city}.",
        "<{city} is the place.|The {title} sits in {city}.|{company} has its office in {city}.>",
        "<The salary is|A year brings|Yearly pay:|It pays|Offered:|You get> {salary}.",
        "<{salary} is what we pay.|{company} pays {salary}.|We can pay {salary}.>",
        "<As for the place:|Good to know:|And:> {remote}.",
        "<The contract is|Hours:|It is> {type}.",
        "<We hire {type}.|The {title} works {type}.>",
        "<You can do|Skills needed:|You are strong in|Must have:|Bring> {skills}.",
        "{skills} <is needed|will be useful|should be known to you>.",
        "<We ask for|You bring|At least|You have worked for> {years} years <of experience|in the "
        "field|on the job>.",
        "<Experience: {years} years.|{years} years of practice are needed.>",
        "<Letters to|Apply via|Send the form to|Ask us at|CVs go to> {email}.",
        "<{email} takes your CV.|Our mail is {email}.>",
        "{title}, {city}.",
        "{title} at {company}.",
        "{title}: {salary}.",
        "{company} ({city})",
    ),
)

TRAVEL = Wordings(
    phrasings=(
        "Hello,\n\nI want to fly from {origin} to {destination} on {date}. <{class}, please.|I "
        "have {bags} bags.>\n\nRegards,\n{passenger}",
        "<Boarding pass|Itinerary>: {passenger}, {origin} to {destination}, {flight}, {date}, "
        "{time}<, seat {seat}|>.",
        "{passenger} leaves {origin} on {date} <and flies to|for> {destination}. <{class}, "
        "{price}.|Seat {seat}.>",
        "<There is|I found> a flight from {origin} to {destination} <at {time}|on {date}> for "
        "{price}. <It is {flight}.|Book {passenger}, please.>",
        "{date}: {flight} ({origin}-{destination}). <{passenger}, {seat}.|Starts {time}.>",
        "Next stop {destination}! {passenger} <boards|gets on> {flight} in {origin} at {time}.",
        "{passenger} <would like|wants> to see {destination}. <Start: {origin}, {date}.|Seat "
        "{seat}, {class}.> <{bags} bags.|>",
        "To {destination}, from {origin}, {class}, {date}, {bags} bags. <Name: {passenger}.|Price "
        "{price}.>",
        "The seat of {passenger} on {flight} is {seat}. <The plane goes to {destination}.|It "
        "takes off at {time} on {date}.>",
        "{origin} {time}, then {destination}. <Flight {flight} on {date}.|{passenger} travels "
        "{class}.>",
        "You are going to {destination}, {passenger}! <Your flight {flight} leaves from "
        "{origin}.|Bring {bags} bags at most.> Date: {date}.",
        "For {price} {passenger} <gets|bought> a {class} ticket from {origin} to {destination}.",
        "My trip: {origin} ({date}, {time}) to {destination}. I carry {bags} bags. <{passenger}|I "
        "paid {price}.>",
        "E-ticket\nName {passenger}\nRoute {origin} - {destination}\n{date} {time}\n{flight} / "
        "{seat}\n{price}",
        "{passenger} will arrive in {destination}, coming from {origin}, <with flight "
        "{flight}|with {bags} bags>. Day of travel: {date}.",
        "Change of plan: {passenger} now flies to {destination} from {origin}, on {date} at "
        "{time}<, {bags} bags|>.",
        "{flight} is full. {passenger} keeps seat {seat}, {class}. <{origin} to "
        "{destination}.|{date}, {time}.>",
        "Who flies? {passenger}. Where from? {origin}. Where to? {destination}. When? {date}.",
        "At {time} sharp {flight} takes off <in {origin}|for {destination}>. <{date}.|{price}.>",
        "A trip for {passenger}: out of {origin}, into {destination}, <{price}|{class}>, "
        "<{date}|{bags} bags>.",
        "{destination} is {passenger}'s goal. <{origin} is the start.|{flight} is the flight.> "
        "<{price} is the price.|{seat} is the seat.>",
        "{passenger} travels with {bags} bags, {class}, in seat {seat}. <{flight} on {date}.|To "
        "{destination}.>",
        "Hello {passenger}, flight {flight} from {origin} will leave at {time} on {date}. You sit "
        "in {seat}.",
        "Fare {price}, cabin class {class}, {origin} -> {destination}, {date}",
        "The {time} flight to {destination} costs {price}. <From {origin}.|{date}.|{flight}.>",
    ),
    clauses=(
        "<The traveller is|Ticket holder:|Guest:> {passenger}.",
        "<From|Start in|Leaving> {origin}.",
        "<To|Arriving in|Heading for> {destination}.",
        "{origin} to {destination}.",
        "{passenger} <goes|wants to go> to {destination}.",
        "<On|Day:|Date> {date}.",
        "<Leaves at|Departure at|At> {time}.",
        "<The flight is|Flight> {flight}.",
        "<Seat|You have seat> {seat}.",
        "<It costs|The fare is|Paid:> {price}.",
        "<Travelling|Booked in> {class}.",
        "<With|Luggage:> {bags} <bags|suitcases>.",
        "{flight} leaves {origin} on {date}.",
        "The {flight} lands in {destination}.",
        "<The passenger is|Traveller:|The ticket is for|On board:|Name:> {passenger}.",
        "{passenger} <travels|is flying|will be on board|has a ticket|is the passenger>.",
        "<Starting in|It leaves from|The start is|Departure from|Out of> {origin}.",
        "{passenger} <leaves {origin}|sets out from {origin}|says goodbye to {origin}>.",
        "<The goal is|Bound for|It goes to|Landing in|Next stop:|The trip ends in> {destination}.",
        "{passenger} <travels to|flies to|will visit|is off to|arrives in> {destination}.",
        "From {origin} <to|on to|over to|straight to> {destination}.",
        "<{origin} - {destination}|{origin}, then {destination}|to {destination} from {origin}>",
        "<The day is|Travel date:|It is on|We fly on|Booked for> {date}.",
        "<Take-off is at|It starts at|Boarding ends at|The plane goes at|Time:> {time}.",
        "<The flight number is|Take|The plane is|On board of|Number> {flight}.",
        "{flight} <takes off|starts|departs> at {time}.",
        "{flight} flies <to {destination}|from {origin}>.",
        "<The seat is|Sit in|Place|Please take seat|Seat number:> {seat}.",
        "{passenger} <sits in {seat}|has {seat}|is in seat {seat}>.",
        "<The price is|It is yours for|We charge|The ticket was|Total fare:|It cost> {price}.",
        "{passenger} <paid|pays|spent> {price}.",
        "<The class is|We fly|The ticket is|You sit in> {class}.",
        "<There are|Take|Checked in:|You may bring|Bring> {bags} bags.",
        "{passenger} has {bags} <bags|suitcases|pieces of luggage>.",
        "On {date}, {passenger} goes to {destination}.",
        "{date}, {time}, {flight}.",
    ),
)

SHIPMENT = Wordings(
    phrasings=(
        "Dear {recipient},\n\nyour parcel {tracking} {status}.\n<It should reach you on {eta}.\n"
        "|{fragile}.\n>\nYours,\n{carrier}",
        "{carrier} told us that the <parcel|box|package> for {recipient} {status}. <Code "
        "{tracking}.|It goes to {city}.>",
        "{recipient}, your <parcel|order> {status}. <Track it with {tracking}.|{carrier} will "
        "come on {eta}.|{weight}.>",
        "<Shipment|Package> {tracking}\nFrom {carrier}\nTo {recipient}, {city}\nState: {status}\n"
        "{weight}",
        "The {weight} parcel that {recipient} <ordered|sent for> {status}. <{fragile}.|{carrier}, "
        "{tracking}.>",
        "What about {tracking}? It {status}, <says {carrier}|and {eta} is the day>. <Receiver: "
        "{recipient}.|>",
        "{tracking} {status}. <{recipient}, {city}.|{carrier} is sorry.|New date: {eta}.>",
        "<Note for|Message to> {recipient}: {carrier} has a parcel of {weight}; it {status}. "
        "{fragile}.",
        "A parcel <by|from> {carrier} to {city} {status}. Its number is {tracking}<, its weight "
        "{weight}|>.",
        "{fragile}! <This|The> package for {recipient} weighs {weight} and {status}.",
        "Until {eta} {recipient} has to be patient: {tracking} {status}. <{carrier}|>",
        "Package update: {status}. <Tracking {tracking}.|Carrier {carrier}.> Arrival: {eta}. "
        "<Town: {city}.|>",
        "We gave {carrier} a box for {recipient} in {city}. <Now it {status}.|It {status}.> "
        "<{weight}, {tracking}.|>",
        "{carrier} {tracking} {city} {recipient} {eta}",
        "The box ({weight}) {status}. {carrier} <expects|plans> to be in {city} on {eta}.",
        "{recipient} from {city} asks about {tracking}. <Answer: it {status}.|It {status}, I "
        "think.>",
        "Our driver from {carrier} will ring at {recipient}'s door in {city} on {eta}. {fragile}.",
        "Parcel no. {tracking}, {weight}. {fragile}. <For {recipient}.|By {carrier}.> It {status}.",
        "Is the package there? It {status}. <{carrier} knows it as {tracking}.|It left for "
        "{city}.>",
        "On its label: {recipient}, {city}, {tracking}. <It weighs {weight}.|Carried by "
        "{carrier}.>",
        "{eta} is the day when {recipient} gets {tracking}. <It {status}.|{fragile}.>",
        "Sender asks: handle {tracking} well. {fragile}. <It {status}.|{recipient} waits in "
        "{city}.>",
        "{carrier} delivers to {city} on {eta}: {tracking} for {recipient}.",
    ),
    clauses=(
        "<The parcel|It|Your box> {status}.",
        "<Number|Tracking number|Code>: {tracking}.",
        "Parcel {tracking} {status}.",
        "<Sent|Brought|Carried> by {carrier}.",
        "{carrier} <has it|takes care of it>.",
        "<For|Addressed to|It belongs to> {recipient}.",
        "{recipient} in {city}.",
        "<Goes|Shipped> to {city}.",
        "<Weight:|It weighs> {weight}.",
        "<Arrives|Comes|Should be there> on {eta}.",
        "{fragile}.",
        "{carrier} brings {tracking} to {recipient}.",
        "<Your package|The shipment|The box|The order|Our parcel> {status}.",
        "<As of today it|We see that it|It says here that it> {status}.",
        "<The tracking code is|Track it under|Parcel no.|Shipment|The label says|It is> "
        "{tracking}.",
        "{tracking} {status}.",
        "{tracking} <is the number|is the code|belongs to {recipient}|goes to {city}>.",
        "<The carrier is|It travels with|Handed to|Shipped by|It was given to|The van is of> "
        "{carrier}.",
        "{carrier} <carries it|brings it|picked it up|is the carrier|has {tracking}|drives it>.",
        "<The recipient is|It is meant for|Bring it to|Give it to|The name on it is> {recipient}.",
        "{recipient} <waits for it|will get it|is the receiver|ordered it|opens the door>.",
        "<The town is|It goes to|It is needed in|Deliver in|On the road to> {city}.",
        "{recipient} lives in {city}.",
        "<The weight is|It is heavy:|On the scales:|All in all|It has> {weight}.",
        "The {weight} <box|parcel|package> {status}.",
        "<It should come on|Expect it on|The date is|Look out for it on|ETA> {eta}.",
        "{carrier} <comes|delivers|will be there|arrives> on {eta}.",
        "<Please note:|On the box:|The sticker says:> {fragile}.",
        "{recipient}, {city}.",
        "{carrier}, {tracking}.",
        "{recipient} gets {weight} from {carrier}.",
    ),
)

BUSINESS = {"job": JOB, "travel": TRAVEL, "shipment": SHIPMENT}
