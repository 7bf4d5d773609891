"""Business: job postings, travel bookings, shipments."""

from __future__ import annotations

from dllm_struct.models.bundled.data import pools
from dllm_struct.models.bundled.data.draw import Draw
from dllm_struct.models.bundled.data.kinds.people import CITY, COMPANY, MAIL
from dllm_struct.models.bundled.data.names import city, company, job_title, person, several_of
from dllm_struct.models.bundled.data.said import Said
from dllm_struct.models.bundled.data.types import Field, Kind
from dllm_struct.models.bundled.data.values import (
    BOOLEAN,
    COUNT,
    DATE,
    NUMBER,
    STRING,
    TIME,
    array,
    choice,
    clock,
    copied,
    day,
    enum,
    kilograms,
    money,
    whole,
    yes_no,
)


def _salary(draw: Draw) -> Said:
    thousands = draw.between(28, 190)
    value = thousands * 1000
    return Said(value, draw.pick((f"{value:,}", str(value), f"{thousands}k", f"${value:,}")))


def _seat(draw: Draw) -> Said:
    text = f"{draw.between(1, 42)}{draw.pick('ABCDEF')}"
    return Said(text, text)


JOB = Kind(
    "job",
    {
        "title": Field(("title", "position", "job_title", "role"), job_title, STRING),
        "company": COMPANY,
        "city": CITY,
        "salary": Field(("salary", "annual_salary", "pay", "yearly_salary"), _salary, COUNT),
        "remote": Field(
            ("remote", "remote_possible", "is_remote"),
            yes_no(
                ("Remote work is possible", "Work from anywhere", "Fully remote"),
                ("On site only", "No remote work", "Office presence is required"),
            ),
            BOOLEAN,
        ),
        "type": Field(
            ("employment_type", "type", "contract_type"),
            choice(
                {
                    "full-time": ("full-time", "full time", "40 hours a week"),
                    "part-time": ("part-time", "part time", "20 hours a week"),
                    "internship": ("internship", "as an intern"),
                }
            ),
            enum("full-time", "part-time", "internship"),
        ),
        "skills": Field(
            ("skills", "requirements", "required_skills", "must_have"),
            several_of(pools.SKILLS, 1, 4),
            array(STRING),
        ),
        "years": Field(
            ("years_experience", "experience_years", "min_experience", "experience"),
            whole(1, 15, spelled=0.4),
            COUNT,
        ),
        "email": MAIL,
    },
    (
        "{company} <is looking for|seeks|is hiring> a {title} in {city} ({type}). "
        "<You bring {years} years of experience.|Skills: {skills}.> <{remote}.|>",
        "<Wanted|Job>: {title} at {company}, {city}. Salary {salary}. {remote}.",
        "Join {company} as a {title}! You know {skills}. <Pay: {salary}.|{remote}.> "
        "<Apply at {email}.|>",
        "{title} ({type}), {city}\n{company}\nWe need: {skills}\nSalary: {salary}",
        "We offer {salary} a year to a {title} with {years} years of experience. {remote}. "
        "{company}",
        "Are you good at {skills}? {company} in {city} has an opening for a {title}, {type}.",
        "Open position at {company}: {title}. <At least|Minimum> {years} years in the field. "
        "<Send your CV to {email}.|{remote}.>",
        "The {title} will work in {city} for {salary} per year, {type}. {remote}. <{company}|>",
        "{city}: {company} <has a vacancy for|needs> a {title}. Required: {skills}<, {years} years "
        "of practice|>.",
        "Write to {email} if you want to be our next {title}. <{remote}.|We pay {salary}.> "
        "{company}",
    ),
    (
        "Come and work with us at {company} in {city}: {title}, {type}, {salary} yearly.",
        "Your task: {title}. Your tools: {skills}. Your past: {years} years or more. "
        "{remote}. Your "
        "application goes to {email} at {company}.",
        "Now recruiting in {city}! {company} would like to meet a {title} who masters {skills}.",
    ),
)

TRAVEL = Kind(
    "travel",
    {
        "passenger": Field(
            ("passenger", "traveler", "name", "passenger_name", "guest"), person, STRING
        ),
        "origin": Field(("origin", "from", "departure_city", "from_city"), city, STRING),
        "destination": Field(("destination", "to", "arrival_city", "to_city"), city, STRING),
        "date": Field(("date", "departure_date", "travel_date", "day"), day, DATE),
        "time": Field(("time", "departure_time", "departs_at", "departure"), clock, TIME),
        "flight": Field(
            ("flight", "flight_number", "flight_no"), copied("@@###", "@@####", "@@ ###"), STRING
        ),
        "seat": Field(("seat", "seat_number"), _seat, STRING),
        "price": Field(("price", "fare", "total", "cost"), money(29, 2400), NUMBER),
        "class": Field(
            ("class", "cabin", "travel_class"),
            choice(
                {
                    "economy": ("economy", "economy class", "coach"),
                    "business": ("business", "business class"),
                    "first": ("first", "first class"),
                }
            ),
            enum("economy", "business", "first"),
        ),
        "bags": Field(
            ("bags", "luggage", "baggage_count", "suitcases"), whole(0, 4, spelled=0.5), COUNT
        ),
    },
    (
        "{passenger} <flies|travels> from {origin} to {destination} on {date}<, {class}|>. "
        "<Flight {flight}|Flight number {flight}>, seat {seat}.",
        "Your booking: {origin} - {destination}, {date}, {time}, flight {flight}. "
        "<Passenger: {passenger}.|Fare: {price}.>",
        "Flight {flight} to {destination} leaves {origin} at {time}<, on {date}|>. "
        "<{passenger} sits in {seat}.|>",
        "Please book a {class} ticket from {origin} to {destination} for {passenger} on {date}"
        "<, {bags} bags|>.",
        "Ticket for {passenger}\nFrom: {origin}\nTo: {destination}\nDate: {date}\nSeat: {seat}\n"
        "Price: {price}",
        "Going to {destination} on {date}! I leave {origin} at {time} and paid {price}. "
        "<{passenger}|Seat {seat}.>",
        "I'd like to go to {destination} from {origin} <on|around> {date}, {class}, with {bags} "
        "bags. My name is {passenger}.",
        "On {date} at {time} {passenger} takes {flight} <from {origin} |>to {destination}.",
        "{flight}: {origin} to {destination}, {class}, {price}. Departure {time}. Bags: {bags}.",
        "{passenger} has paid {price} for the trip to {destination}, seat {seat}, {bags} "
        "suitcases.",
        "From {origin} we <continue|head> to {destination}; flight {flight} departs {date} at "
        "{time}.",
    ),
    (
        "We confirm the trip of {passenger}: departure in {origin} on {date} at {time}, arrival in "
        "{destination}. Cabin: {class}.",
        "{passenger}, {flight}, {origin} to {destination}, seat {seat}, {date}",
        "A {class} seat ({seat}) to {destination} was reserved for {passenger} at {price}. The "
        "journey starts in {origin}, flight {flight}.",
    ),
    {("route", "trip"): ("origin", "destination")},
)


SHIPMENT = Kind(
    "shipment",
    {
        "tracking": Field(
            ("tracking_number", "tracking", "parcel_id", "tracking_code"),
            copied("##########", "@@########", "@#######"),
            STRING,
        ),
        "carrier": Field(("carrier", "shipped_by", "courier"), company, STRING),
        "recipient": Field(("recipient", "receiver", "name", "addressee"), person, STRING),
        "city": CITY,
        "status": Field(
            ("status", "state", "delivery_status"),
            choice(
                {
                    "pending": ("has not left yet", "is waiting for pick-up", "is being packed"),
                    "in_transit": ("is on its way", "is in transit", "is on the truck"),
                    "delivered": ("was delivered", "has arrived", "was handed over"),
                    "lost": ("is lost", "cannot be found", "went missing"),
                }
            ),
            enum("pending", "in_transit", "delivered", "lost"),
        ),
        "weight": Field(("weight_kg", "weight", "kilograms"), kilograms, NUMBER),
        "eta": Field(("eta", "expected_on", "arrival_date", "date"), day, DATE),
        "fragile": Field(
            ("fragile", "is_fragile", "breakable"),
            yes_no(("Fragile", "Handle with care"), ("Not fragile", "Nothing breakable inside")),
            BOOLEAN,
        ),
    },
    (
        "<Parcel|Package|Shipment> {tracking} for {recipient} {status}. "
        "<Expected on {eta}.|Carrier: {carrier}.|>",
        "The <parcel|package> to {city} ({tracking}) {status}. It weighs {weight}. <{fragile}.|>",
        "Dear {recipient}, your parcel {tracking} with {carrier} {status}<, expected {eta}|>.",
        "{carrier}: shipment {tracking}, {weight}, to {recipient} in {city}. It {status}.",
        "Status of {tracking}: the parcel {status}. {fragile}! <Arrival {eta}|Weight {weight}>.",
        "{recipient} is waiting for a package from {carrier} in {city}. It {status}.",
        "{carrier} says that number {tracking} {status}. <Due {eta}.|{fragile}.>",
        "To: {recipient}, {city}\nTracking: {tracking}\nCarrier: {carrier}\nWeight: {weight}\n"
        "{fragile}",
        "On {eta} {carrier} should bring {tracking} to {recipient}. Right now it {status}.",
    ),
    (
        "Good news or bad, {recipient}: item {tracking} {status}. Sent with {carrier} to {city}.",
        "A box of {weight} for {recipient} ({tracking}) {status}. {fragile}. Planned for {eta}.",
        "Delivery {tracking} by {carrier} {status}; the destination is {city}.",
    ),
)


BUSINESS = (JOB, TRAVEL, SHIPMENT)
