"""Further wordings about home and leisure: recipes, real estate, books."""

from __future__ import annotations

from dllm_struct.models.bundled.data.wordings.types import Wordings

RECIPE = Wordings(
    phrasings=(
        "Dear all,\n\nhere is my {title}: {ingredients}.\nIt takes {minutes} minutes<, serves "
        "{servings}|, is {vegetarian}>.\n\nLove,\n{author}",
        "<Let us|We will> cook {title}! <Buy|Take|Have ready> {ingredients}. <{minutes} "
        "minutes.|For {servings} people.>",
        "{title}: {difficulty}, enough for {servings}. <It takes {minutes} minutes.|You need "
        "{ingredients}.>",
        "{author} cooks {title} with {ingredients}<, {vegetarian}|>. <Time: {minutes} minutes.|It "
        "feeds {servings} people.>",
        "With {ingredients} you can make {title}. <Level: {difficulty}.|Done in {minutes} "
        "minutes.|It is enough for {servings} people.>",
        "You will need {ingredients}. After {minutes} minutes the {title} is done. "
        "<{vegetarian}.|{servings} servings.>",
        "<Chef|Cook> {author}: {title}, {vegetarian}, {difficulty}<, {minutes} minutes|>.",
        "{title}\nServes {servings}\n{minutes} min\n{ingredients:lines}\n{author}",
        "{title} ({author})\n{vegetarian}, {difficulty}\nIngredients:{ingredients:lines}",
        "In my kitchen: {title}. I use {ingredients}, I wait {minutes} minutes. <{author}|Serves "
        "{servings}.>",
        "A family of {servings} loves {title}. It is {vegetarian}<, {difficulty}|>. <Cook "
        "{minutes} minutes.|Recipe by {author}.>",
        "The recipe for {title} is {difficulty}. <{author} wrote it.|It makes {servings} "
        "portions.> Take {ingredients}.",
        "For the {title} stir {ingredients}. <Let it cook for {minutes} minutes.|Idea: {author}.>",
        "How long does {title} take? {minutes} minutes. How many does it feed? {servings}. <Is it "
        "hard? It is {difficulty}.|>",
        "{servings} people, {minutes} minutes, one {title}. <{ingredients} go in.|It is "
        "{vegetarian}.>",
        "Put together {ingredients}. That makes {title} for {servings}. <By "
        "{author}.|{vegetarian}.>",
        "{author} says that {title} is {difficulty} and takes {minutes} minutes. <It is "
        "{vegetarian}.|Serves {servings}.>",
        "Shopping for {title}: {ingredients}. <We are {servings} people.|It cooks {minutes} "
        "minutes.>",
        "My guests want {title}. I have {ingredients}. <Good for {servings}.|Thanks, {author}!>",
        "Dinner by {author}: {title}<, ready after {minutes} minutes|, {difficulty}>. "
        "{ingredients} is the list.",
        "{title}, {minutes} minutes, {servings} people, {ingredients}",
        "The {title} has {ingredients} in it and is {vegetarian}. <{author}|For {servings}.>",
        "Buy {ingredients}; then {title} for {servings} is no problem. It is {difficulty}.",
        "Cut, mix and cook {ingredients} for {minutes} minutes. Name of the dish: {title}.",
    ),
    clauses=(
        "<Today we cook|The dish is|Make a> {title}.",
        "<It serves|Serves|Makes enough for> {servings}.",
        "{servings} <portions|servings|people>.",
        "<It takes|Time:|Cook> {minutes} minutes.",
        "<Take|You need|Use|Ingredients:> {ingredients}.",
        "<It is|The dish is> {vegetarian}.",
        "<It is|Level:|This is> {difficulty}.",
        "<By|A recipe of|Idea:> {author}.",
        "{author} makes {title}.",
        "{title}: {ingredients}.",
        "{title} in {minutes} minutes.",
        "<The dish is called|On the menu:|We cook|The recipe is for|Tonight there is> {title}.",
        "<{title} is my favourite.|Everyone likes {title}.|Try {title}!>",
        "<It is for|Enough for|It feeds|Portions:|We cook for> {servings} people.",
        "<It makes|This gives|There are> {servings} <portions|servings>.",
        "<It cooks for|It is ready in|Wait|Cooking time:> {minutes} minutes.",
        "{title} takes {minutes} minutes.",
        "<The ingredients are|We need|Put in|Mix|Have ready|Shopping list:> {ingredients}.",
        "<In it: {ingredients}.|Add {ingredients}.|{ingredients} go in.|{author} takes "
        "{ingredients}.>",
        "Ingredients:{ingredients:lines}",
        "<The meal is|{title} is|This one is> {vegetarian}.",
        "<The level is|To cook it is|{title} is|Difficulty:> {difficulty}.",
        "<The recipe is by|The chef is|The cook is|Written by|It comes from> {author}.",
        "{author} <cooks it|wrote the recipe|is the chef|likes it hot|shared it>.",
        "{title} ({minutes} minutes)",
        "{title} for {servings}.",
        "{author}: {title}.",
        "{minutes} minutes, {servings} people.",
    ),
)

HOUSE = Wordings(
    phrasings=(
        "Hi,\n\nmy flat at {street} in {city} is free from {available}: {rooms} rooms, {rent}<, "
        "{area} m2|>.\n{pets}.\n\nGreetings,\n{agent}\n{phone}",
        "{city}, {street}. {rooms} rooms. {area} m2. {rent}. <{pets}.|{agent}, {phone}>",
        "<You are looking for|Do you want> a flat in {city}? Here are {rooms} rooms, {area} sqm, "
        "for {rent}. <{pets}.|Call {phone}.>",
        "{agent} rents out a house {garden} at {street}, {city}. <It has {rooms} rooms.|{rent} a "
        "month.> <{pets}.|>",
        "From {available}: {area} square meters, {rooms} rooms, {rent} <a month|per month>. "
        "<{city}.|{street}.|{agent}.>",
        "To rent: flat {garden}, {area} m2, {city}. {rent} per month. <Phone {phone}.|{pets}.>",
        "<Our|The> flat has {rooms} rooms and {area} sqm. The rent is {rent}. <You can move in "
        "from {available}.|The street is {street}.>",
        "{street} in {city}: {rooms} rooms {garden}. <Rent {rent}.|{pets}.> <Ask {agent}.|Free on "
        "{available}.>",
        "{agent} ({phone}) lets {rooms} rooms in {city}, {area} m2. {pets}.",
        "Home with {rooms} rooms\n{street}\n{postcode} {city}\n{rent}\n{garden}\n{available}",
        "{pets}. The flat in {city} costs {rent} and has {area} m2<, {rooms} rooms|>. <Contact "
        "{agent}.|Available {available}.>",
        "What does it cost? {rent}. How big is it? {area} m2. Where? {street}, {city}. <{pets}.|>",
        "I rent out my place: {street}, {postcode} {city}, {rooms} rooms<, {garden}|>. <{agent}, "
        "{phone}|From {available}.>",
        "Address: {street}, {postcode} {city}. Size: {area} sqm, {rooms} rooms. Rent: {rent}. "
        "Landlord: {agent}.",
        "The landlord, {agent}, asks {rent} for {area} m2 in {city}. <{pets}.|Number: {phone}.>",
        "{rooms}-room flat, {area} sqm, {rent}, <free {available}|{city}>, {garden}",
        "At {street} somebody moves out. <{rooms} rooms, {area} m2.|{rent} a month.> From "
        "{available} it is yours. <{agent}|{phone}>",
        "Call {phone} for the {rooms} rooms at {street}. <They cost {rent}.|{agent} will show "
        "them.> {pets}.",
        "Quiet flat, {city} ({postcode}), {area} m2, {garden}. <{rent} to {agent} every "
        "month.|Rent is {rent}.>",
        "A house of {area} sqm with {rooms} rooms stands at {street} in {city}. <Rent: "
        "{rent}.|{agent} sells nothing, only rents.>",
        "{available} is the first day. The flat: {rooms} rooms, {area} m2, {street}, {city}. "
        "{pets}.",
        "{rent}/month - {area} m2 - {rooms} rooms - {city} - {phone}",
        "Two trees, one house {garden}, {rooms} rooms, {city}. <{agent} wants {rent}.|{area} m2.>",
        "For {rent} you can live at {street} in {city}: {rooms} rooms, {area} m2, {garden}.",
    ),
    clauses=(
        "<It is at|Address:|You find it at> {street}.",
        "{street}, {postcode} {city}.",
        "<In|Town:|Located in> {city}.",
        "<It has|With> {rooms} rooms.",
        "<Size:|It has|With> {area} <m2|sqm|square meters>.",
        "<Rent:|It costs> {rent}<| a month>.",
        "{pets}.",
        "<It comes|A house> {garden}.",
        "<Free|Available|You can move in> <from|on> {available}.",
        "<Ask|Contact|Landlord:> {agent}.",
        "<Call|Phone|Tel.> {phone}.",
        "{agent}, {phone}.",
        "{rooms} rooms, {area} m2, {rent}.",
        "<The house is at|The street is|It stands at|Come and see it at|We live at> {street}.",
        "<The full address:|Address:|Located at> {street}, {postcode} {city}.",
        "<The town is|The flat is in|City:|A home in|You will live in> {city}.",
        "<The postcode is|ZIP code> {postcode}.",
        "<There are|Count|Rooms:|It comes with|You get> {rooms} rooms.",
        "A {rooms}-room <flat|house|home>.",
        "<The area is|It measures|Living space:|In total|It is big:> {area} <m2|sqm|square "
        "meters>.",
        "<The rent is|A month costs|We ask|Price:|It is yours for|Monthly rent:> {rent}.",
        "<{agent} asks {rent} a month.|{rent} per month.|Rent {rent}.>",
        "<Animals?|About animals:|As to pets:> {pets}.",
        "<The house comes|It is a flat|We offer it|A place> {garden}.",
        "<It is free from|Available from|Move-in date:|Empty from|From> {available}.",
        "You can have it on {available}.",
        "<The landlord is|The agent is|Your contact is|Write to|Offered by> {agent}.",
        "{agent} <shows the flat|has the keys|is the landlord|rents it out|knows more>.",
        "<Ring|The number is|Telephone:|Dial us:|More under> {phone}.",
        "{agent} answers at {phone}.",
        "{street}, {city}.",
        "{rooms} rooms, {area} sqm.",
        "{area} m2 for {rent}.",
    ),
)

BOOK = Wordings(
    phrasings=(
        "Dear {borrower},\n\n{title} by {author} is due on {due}.\n<The ISBN is {isbn}.\n|>\nYour "
        "library",
        "<I am reading|I just bought|We discuss> {title} by {author}<, {pages} pages|>. "
        "<{publisher} had it out in {year}.|It is {genres}.>",
        "{author} is the author of {title}<, which has {pages} pages|>. <It appeared in "
        "{year}.|The publisher is {publisher}.>",
        "{title}, {author}, {publisher} {year}<, {isbn}|>.",
        "<The book|The novel> {title} ({year}) was written by {author}. <{publisher} sells "
        "it.|{pages} pages.|ISBN {isbn}.>",
        "{borrower} has {title} at home. <The author is {author}.|It must be back by {due}.> "
        "<ISBN {isbn}.|>",
        "Dear {borrower}, <please bring back|do not forget> {title} by {author}. <The day is "
        "{due}.|It was due on {due}.>",
        "Loan: {title} to {borrower} until {due}. <Author {author}.|ISBN {isbn}.>",
        "{publisher} brings out {title}. <{author} wrote {pages} pages.|Genres: {genres}.> ISBN: "
        "{isbn}.",
        "Book {title}\nBy {author}\n{publisher} {year}\n{pages} p.\n{isbn}",
        "In {year} {publisher} published {title} by {author}<, a mix of {genres}|>.",
        "{title} is {pages} pages long and was written by {author} in {year}.",
        "If you like {genres}, read {title}. <{author} wrote it in {year}.|{publisher} has it.>",
        "Who wrote {title}? {author}, in {year}. <It has {pages} pages.|{publisher} was the "
        "publisher.>",
        "{genres}: {title} is all of that. <{author} needed {pages} pages.|Look for {isbn}.>",
        "{borrower} must return {title} (by {author}) on {due}<, says the library|>.",
        "ISBN {isbn}: {title}. {author}. {publisher}. {pages} pages.",
        "On loan to {borrower}: {title}, back on {due}. <{isbn}|By {author}.>",
        "{author}'s book {title} <came out|appeared> with {publisher} in {year}. <{genres}.|>",
        "It was {author} who wrote {title}, not {borrower}, who only borrowed it until {due}.",
        "<New on the shelf|Just in>: {title}, {year}, {author}, {genres}",
        "{title} of {year}, {pages} pages, has the ISBN {isbn}. <{author} is its "
        "author.|{publisher}.>",
        "Until {due} {borrower} can keep {title}. <It is {genres}.|It is the one by {author}.>",
        "{publisher}, {year}: {author}, {title}",
    ),
    clauses=(
        "<The book is|I like|New:> {title}.",
        "{title} by {author}.",
        "<Written by|Author:|From the pen of> {author}.",
        "<Published|It appeared|Printed> in {year}.",
        "<It has|Length:|A book of> {pages} pages.",
        "<Publisher:|It was printed by|From> {publisher}.",
        "ISBN {isbn}.",
        "<Genre:|A mix of|It is> {genres}.",
        "<Lent to|Reader:|Taken out by> {borrower}.",
        "<Due|Back by|Return it on> {due}.",
        "{borrower} <reads|has> {title}.",
        "{author} wrote {title} in {year}.",
        "<The book is called|The title is|We read|I hold in my hands|Today's book:> {title}.",
        "<Everybody talks about {title}.|{title} is a fine book.|Look for {title}.>",
        "<The author is|The writer is|Written by|A work of|The name on the cover is> {author}.",
        "{author} <wrote it|is the author|wrote {title}|spent years on it|is a writer>.",
        "<The year is|First printed in|It came out in|Year:|It dates from> {year}.",
        "{title} <appeared|was published|came out> in {year}.",
        "<There are|Pages:|It runs to|You read|It fills> {pages} pages.",
        "{title} has {pages} pages.",
        "<The publisher is|Published by|It came out with|The press is|It was made by> {publisher}.",
        "{publisher} <published it|sold {title} first|is the publisher|sells it>.",
        "<The ISBN is|Order it as|Its code is|ISBN:> {isbn}.",
        "<The genres are|It is about|Filed under|You find it under|Subjects:> {genres}.",
        "<The borrower is|It was lent to|Now it is with|On loan to|The reader is> {borrower}.",
        "{borrower} <borrowed it|took it home|has it|reads it|is the reader>.",
        "<It is due on|Bring it back by|The loan is until|It must be back on|Due date:> {due}.",
        "{borrower} <returns it|brings it back|is due> on {due}.",
        "{title} ({author}, {year})",
        "{author}, {title}.",
        "{publisher}, {year}.",
    ),
)

HOME = {"recipe": RECIPE, "house": HOUSE, "book": BOOK}
