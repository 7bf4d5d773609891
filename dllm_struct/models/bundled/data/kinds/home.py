# ruff: noqa: SIM905  (word lists read better as prose)
"""Home and leisure: recipes, real estate, books."""

from __future__ import annotations

from dllm_struct.models.bundled.data import pools
from dllm_struct.models.bundled.data.draw import Draw
from dllm_struct.models.bundled.data.kinds.people import CITY, PHONE, POSTCODE, STREET, WHERE
from dllm_struct.models.bundled.data.names import book, company, dish, person, several_of
from dllm_struct.models.bundled.data.said import Said
from dllm_struct.models.bundled.data.types import Field, Kind
from dllm_struct.models.bundled.data.values import (
    BOOLEAN,
    COUNT,
    DATE,
    NUMBER,
    STRING,
    array,
    bullets,
    choice,
    copied,
    day,
    enum,
    listed,
    money,
    record,
    whole,
    yes_no,
)


def _ingredients(draw: Draw) -> Said:
    values, texts = [], []
    for _ in range(draw.between(1, 4)):
        name = draw.made_up().lower() if draw.chance(0.15) else draw.pick(pools.FOODS)
        unit = draw.pick(("g", "ml", "cups", "tbsp"))
        count = draw.between(1, 9) if unit in ("cups", "tbsp") else draw.between(2, 80) * 10
        amount = (
            f"{count} {unit}"
            if unit in ("cups", "tbsp") or draw.chance(0.5)
            else (f"{count}{unit}")
        )
        values.append({"name": name, "amount": f"{count} {unit}"})
        texts.append(f"{amount}{draw.pick((' ', ' ', ' of '))}{name}")
    return Said(values, listed(draw, texts), {"lines": bullets(draw, texts)})


RECIPE = Kind(
    "recipe",
    {
        "title": Field(("title", "name", "dish", "recipe_name"), dish, STRING),
        "servings": Field(
            ("servings", "serves", "portions", "people"), whole(1, 12, spelled=0.4), COUNT
        ),
        "minutes": Field(
            ("minutes", "cooking_time", "time_minutes", "duration_minutes"), whole(5, 180), COUNT
        ),
        "ingredients": Field(
            ("ingredients", "components", "shopping_list"),
            _ingredients,
            array(record(name=STRING, amount=STRING)),
        ),
        "vegetarian": Field(
            ("vegetarian", "is_vegetarian", "meat_free"),
            yes_no(("vegetarian", "without meat", "meat-free"), ("with meat", "not vegetarian")),
            BOOLEAN,
        ),
        "difficulty": Field(
            ("difficulty", "level", "skill_level"),
            choice(
                {
                    "easy": ("easy", "simple", "for beginners"),
                    "medium": ("medium", "of medium difficulty", "not too hard"),
                    "hard": ("hard", "difficult", "for experts"),
                }
            ),
            enum("easy", "medium", "hard"),
        ),
        "author": Field(("author", "cook", "chef", "by"), person, STRING),
    },
    (
        "{title}<, serves {servings}| for {servings} people>: {ingredients}. <Ready in {minutes} "
        "minutes.|It is {difficulty}.|>",
        "{author}'s {title}. You need {ingredients}. <Cook for {minutes} minutes.|Serves "
        "{servings}.>",
        "Recipe: {title} ({vegetarian})\nServings: {servings}\nTime: {minutes} minutes\n"
        "{ingredients:lines}",
        "For {servings} portions of {title} take {ingredients}<, cook it for {minutes} minutes|>.",
        "The {title} by {author} is {difficulty}, {vegetarian} and takes {minutes} minutes.",
        "Mix {ingredients}, wait {minutes} minutes: that is {title}. <Enough for {servings}.|"
        "Level: {difficulty}.>",
        "In {minutes} minutes {author} cooks a {title} for {servings}. Ingredients: {ingredients}.",
        "Tonight: {title}, {vegetarian}. Buy {ingredients}. It feeds {servings}.",
        "{title} - {difficulty} - {minutes} min - {servings} servings - {vegetarian}",
        "How to make {title}: get {ingredients}. <The dish is {vegetarian}.|Time: {minutes} min.> "
        "Thanks to {author}.",
    ),
    (
        "{author} shares a {title}: put {ingredients} in a pot and give it {minutes} minutes. "
        "There will be {servings} plates.",
        "Who wants {title}? It is {difficulty} and {vegetarian}. Required: {ingredients}.",
        "Our dish of the week, {title}, needs {minutes} minutes and {ingredients}.",
    ),
)

HOUSE = Kind(
    "house",
    {
        "street": STREET,
        "postcode": POSTCODE,
        "city": CITY,
        "rooms": Field(("rooms", "room_count", "number_of_rooms"), whole(1, 9, spelled=0.4), COUNT),
        "area": Field(("area_m2", "area", "square_meters", "size"), whole(18, 320), NUMBER),
        "rent": Field(("rent", "price", "monthly_rent", "cost"), money(300, 4000), NUMBER),
        "pets": Field(
            ("pets_allowed", "pets", "allows_pets"),
            yes_no(
                ("Pets are welcome", "Pets allowed", "You may bring a dog"),
                ("No pets", "Pets are not allowed", "Sorry, no animals"),
            ),
            BOOLEAN,
        ),
        "garden": Field(
            ("garden", "has_garden", "with_garden"),
            yes_no(("with a garden", "with its own garden"), ("without a garden", "no garden")),
            BOOLEAN,
        ),
        "available": Field(("available_from", "free_from", "move_in_date"), day, DATE),
        "agent": Field(("agent", "contact", "contact_name", "landlord"), person, STRING),
        "phone": PHONE,
    },
    (
        "<Flat|Apartment|House> in {city}, {street}: {rooms} rooms, {area} <m2|sqm>, {rent} "
        "<a month|per month>. {pets}.",
        "For rent: {rooms} rooms {garden} at {street}, {postcode} {city}. Rent {rent}. "
        "<Free from {available}.|Call {agent}, {phone}.|>",
        "{rent} for {area} square meters in {city}<, {garden}|>. {pets}. Available from "
        "{available}.",
        "{street}, {postcode} {city}\nRooms: {rooms}\nSize: {area} m2\nRent: {rent}\n{pets}",
        "We rent out our {rooms}-room house {garden} in {city}. <From {available}.|{pets}.> "
        "Contact: {agent}.",
        "Nice place of {area} m2 on {street}! {pets}. Phone {agent} at {phone}. It costs {rent}.",
        "From {available} on, a flat with {rooms} rooms is free in {city} ({street}). {pets}.",
        "{agent} offers {rooms} rooms with {area} sqm in {postcode} {city} for {rent}, {garden}.",
        "The house at {street} has {rooms} rooms and {area} square meters, {garden}. Price: "
        "{rent}.",
        "Looking for a home in {city}? {rooms} rooms, {rent}, free from {available}. Ask {agent}.",
    ),
    (
        "Charming home in {postcode} {city}, {street}. It offers {area} m2 in {rooms} rooms, "
        "{garden}. You pay {rent} monthly.",
        "{agent} has a flat to let: {rooms} rooms, {area} sqm, {city}. Move in on {available}. "
        "{pets}. Tel. {phone}",
        "Monthly {rent}, {area} m2, {garden}. The address is {street} in {city}. {pets}.",
    ),
    WHERE,
)


def _year(draw: Draw) -> Said:
    value = draw.between(1850, 2025)
    return Said(value, str(value))


GENRES = "fantasy history crime romance poetry science travel biography horror comedy".split()

BOOK = Kind(
    "book",
    {
        "title": Field(("title", "book", "book_title", "name"), book, STRING),
        "author": Field(("author", "writer", "written_by"), person, STRING),
        "year": Field(("year", "published", "publication_year"), _year, COUNT),
        "pages": Field(("pages", "page_count", "length"), whole(60, 980), COUNT),
        "publisher": Field(("publisher", "press", "published_by"), company, STRING),
        "isbn": Field(("isbn", "isbn13"), copied("978-#-##-######-#", "978##########"), STRING),
        "genres": Field(
            ("genres", "genre_list", "categories", "subjects"),
            several_of(GENRES, 1, 3),
            array(STRING),
        ),
        "borrower": Field(("borrower", "reader", "lent_to", "borrowed_by"), person, STRING),
        "due": Field(("due_date", "due", "return_by"), day, DATE),
    },
    (
        "{title} by {author} <was published in|came out in> <{year}|{year} by {publisher}>. "
        "<It has {pages} pages.|Genre: {genres}.|ISBN {isbn}.|>",
        "{author}: {title}. {publisher}, {year}, {pages} pages<, ISBN {isbn}|>.",
        "{borrower} <borrowed|has taken out> {title} <by|from> {author}. Return it by {due}.",
        "In {year} {author} wrote {title}, a book about {genres}<, {pages} pages long|>.",
        "Please return {title} (ISBN {isbn}) by {due}. <Borrower: {borrower}.|Regards, the "
        "library>",
        "Title: {title}\nAuthor: {author}\nYear: {year}\nPublisher: {publisher}\nGenres: {genres}",
        "I read {title}, {pages} pages of {genres}. {author} did well. <{publisher}, {year}.|>",
        "{publisher} publishes {title}, the new book by {author}. <Pages: {pages}.|Subjects: "
        "{genres}.>",
        "The library lent {title} by {author} to {borrower}<, due on {due}|>. ISBN: {isbn}.",
        "{isbn} is {title}, written by {author} in {year}<, {genres}|>.",
    ),
    (
        "Have you seen {title}? {author} finished it in {year}, {publisher} printed its {pages} "
        "pages.",
        "{borrower}, your loan of {title} (author {author}) ends on {due}.",
        "From our shelves: {title}, {genres}, by {author}, {pages} pages, number {isbn}.",
    ),
)

HOME = (RECIPE, HOUSE, BOOK)
