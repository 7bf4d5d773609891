# ruff: noqa: SIM905  (word lists read better as prose)
"""Word lists from which names are drawn; each word is in one world (see `draw`)."""

FIRST = (
    "Anna Ben Clara David Elena Felix Greta Hugo Ida Jonas Karin Leo Maria Nils Olga Paul Rosa Sam "
    "Tara Uwe Vera Walter Xenia Yusuf Zoe Aisha Bruno Carmen Dmitri Esther Fatima George Hana Ivan "
    "Julia Kofi Lina Marco Nadia Omar Petra Quentin Ravi Sofia Tomas Ursula Victor Wendy Yara Amir "
    "Bianca Cyril Diana Emil Freya Gustav Helen Igor Jasmine Kenji Laura Miguel Noor Oscar Priya "
    "Rafael Sara Tim Uma Viktor Will Yan Zara Alice Bob Carol Dan Erin Frank Grace Henry Isabel "
    "Jack Kate Liam Mia Noah Olivia Peter Rachel Steve Tina Adam Beth Chloe Derek Emma Fiona Gary "
    "Holly Ian Jane Kevin Lucy Mark Nancy Owen Paula Robert Susan Thomas Violet Wayne Mei "
    "Jun Akira "
    "José Zoë René Jürgen Søren Łukasz Chloé Björn François Renée"
).split()

LAST = (
    "Smith Miller Brown Jones Garcia Davis Wilson Moore Taylor White Harris Martin Clark Lewis "
    "Walker Hall Young King Wright Green Baker Adams Nelson Hill Carter Mitchell Roberts Turner "
    "Parker Evans Edwards Collins Stewart Morris Rogers Reed Cook Morgan Bell Murphy Bailey Cooper "
    "Schmidt Meyer Weber Fischer Wagner Becker Hoffmann Koch Richter Klein Wolf Neumann Schwarz "
    "Zimmermann Braun Krüger Hartmann Lange Rossi Russo Ferrari Bianchi Romano Costa Silva Santos "
    "Pereira Oliveira Almeida Lopez Gonzalez Martinez Perez Sanchez Ramirez Flores Dubois Moreau "
    "Laurent Simon Michel Lefebvre Novak Kowalski Nowak Petrov Ivanov Popov Tanaka Sato Suzuki "
    "Kim Park Lee Chen Wang Li Zhang Singh Patel Kumar Khan Ali Hassan Okafor Mensah Nkosi Larsen "
    "Hansen Olsen Berg Lind Nilsson Virtanen Müller Göransson O'Brien"
).split()

CITIES = (
    "Berlin Hamburg Munich Vienna Zurich Paris Lyon Madrid Lisbon Porto Rome Milan Turin London "
    "Leeds Bristol Dublin Oslo Bergen Stockholm Helsinki Copenhagen Warsaw Prague Budapest Athens "
    "Istanbul Cairo Nairobi Lagos Accra Tokyo Osaka Seoul Beijing Shanghai Delhi Mumbai Sydney "
    "Perth Toronto Montreal Boston Chicago Denver Seattle Austin Dallas Houston Phoenix Atlanta "
    "Miami Portland Oakland Lima Bogota Santiago Quito Havana Geneva Basel Graz Linz Ghent Antwerp "
    "Utrecht Leiden Delft Malmo Aarhus Riga Tallinn Vilnius Krakow Gdansk Brno Zagreb Split Sofia "
    "Valencia Seville Bilbao Naples Verona Nantes Lille Nice Bonn Mainz Kiel Ulm Jena"
).split()

COMPANY_ENDS = (
    "GmbH Ltd Inc AG Labs Group Systems Partners Media Foods Robotics Studio Logistics Bank "
    "Software Energy Press Motors Design Works & Co"
).split()

STREET_ENDS = (
    "Street",
    "Road",
    "Avenue",
    "Lane",
    "Drive",
    "St",
    "Way",
    "Square",
    "Court",
    "Hill",
    "Terrace",
)

JOBS = (
    "engineer teacher nurse lawyer painter baker architect designer chemist pilot editor "
    "accountant analyst carpenter electrician journalist librarian mechanic musician plumber "
    "programmer researcher photographer translator dentist florist gardener surveyor welder tailor "
    "economist geologist optician cook driver farmer guide judge writer vet"
).split()

JOB_ENDS = (
    "software data product project office sales night senior junior lead chief field medical sound "
    "marketing quality research security network"
).split()

ADJECTIVES = (
    "red blue green black white silver small large compact wireless portable steel wooden cotton "
    "leather ceramic electric digital vintage classic smart heavy light soft folding waterproof "
    "organic solar thermal slim deluxe mini travel garden kitchen office"
).split()

THINGS = (
    "lamp chair desk kettle mug backpack jacket keyboard mouse monitor speaker headphones charger "
    "cable notebook pen bottle blanket pillow drill hammer wrench ladder bucket shovel tent stove "
    "pan knife bowl plate towel mirror clock camera tripod printer scanner router toaster blender "
    "fan heater shelf rug vase basket candle scarf helmet glove bolt nut screw hinge bracket valve "
    "filter battery bulb brush racket ball puzzle guitar"
).split()

TOPICS = (
    "budget planning design hiring launch security release marketing onboarding strategy roadmap "
    "quarterly annual weekly sales training safety data research travel garden music wine history "
    "chess pottery jazz cooking photography robotics poetry climate energy housing tax"
).split()

EVENT_ENDS = (
    "review meeting workshop kick-off sync seminar retrospective call conference meetup class "
    "lecture session fair dinner concert course briefing"
).split()

FOODS = (
    "flour sugar butter milk rice pasta onions garlic tomatoes carrots potatoes beans lentils "
    "chicken beef salmon cheese cream eggs honey oats apples lemons spinach mushrooms "
    "peppers basil "
    "ginger salt cocoa almonds walnuts yeast parsley leeks pumpkin zucchini tofu bacon shrimp"
).split()

DISHES = (
    "soup stew salad curry pie cake bread risotto gratin omelette tart pancakes lasagne chili "
    "dumplings noodles casserole muffins stir-fry porridge"
).split()

SKILLS = (
    "Python SQL Java Rust Go Excel Docker Kubernetes React Linux Git Figma Terraform statistics "
    "negotiation accounting German French Spanish writing welding design testing leadership Scala "
    "Spark Django Photoshop marketing CAD"
).split()

TAGS = (
    "new sale gift eco urgent travel home office kids sport music food tech garden winter summer "
    "budget premium handmade vegan repair login mobile network printer payment refund delivery "
    "crash slow update backup design docs"
).split()

COMPONENTS = (
    "login page, export dialog, search bar, payment form, settings screen, upload button, "
    "report view, calendar widget, main menu, user list, sync service, image editor, print dialog, "
    "chat window, file picker, mail client, installer, map view, audio player, admin panel"
).split(", ")

TROUBLES = (
    "crashes on start, freezes after login, shows a blank screen, loses my changes, "
    "prints twice, never loads, returns an error, ignores the filter, is very slow, "
    "shows the wrong date, cuts off long names, sends every mail twice, drops the connection, "
    "does not save, flickers, runs out of memory, rejects valid input, hangs at 99 percent"
).split(", ")

PLACES = (
    "room {n}, the {name} Hall, meeting room {n}, Cafe {name}, the {name} Room, "
    "conference room {n}, "
    "Hotel {name}, Studio {n}, Building {n}, the {name} Library, Lab {n}, {name} Park"
).split(", ")

FILLERS = (
    "Thanks in advance.",
    "Hope you are well.",
    "Let me know if anything is unclear.",
    "Have a great day!",
    "Sorry for the late reply.",
    "It was a long week.",
    "See you soon.",
    "Please confirm.",
    "The weather is lovely today.",
    "More details will follow.",
    "Everything else stays the same.",
    "That is all for now.",
    "Best regards.",
    "Cheers!",
    "Please keep this on file.",
    "No further action is needed.",
    "Ask me if you have questions.",
    "We talked about this last week.",
    "Nothing else to report.",
    "I will be out for lunch.",
    "Thank you very much.",
    "Speak to you tomorrow.",
    "All the best.",
    "Please reply soon.",
    "Any help is welcome.",
    "You can throw this away later.",
    "Just so you know.",
    "For your information.",
    "Keep up the good work!",
    "Enjoy the weekend.",
    "Sorry for the trouble.",
    "As agreed.",
    "Yours faithfully",
    "Kind regards",
    "Thank you",
    "I am so tired today.",
    "Good luck with everything.",
    "Please do not print this.",
    "This text was written in a hurry.",
    "Sent from my phone",
    "We are happy to hear from you.",
    "That should be everything.",
    "I hope this is useful.",
    "Do not worry about the rest.",
    "As you asked.",
    "See above.",
    "Nobody knows why.",
    "What a day!",
    "Is that okay for you?",
    "Tell the others.",
    "Until next time.",
    "Good to know, right?",
    "I will call again.",
    "My dog says hello.",
    "It may rain later.",
    "We did our best.",
    "Put it in the folder.",
    "You know the rest.",
    "Write back when it suits you.",
    "It is for the archive.",
)

HELD_OUT_FILLERS = (
    "Many thanks for your help.",
    "Talk to you later.",
    "This is just for your records.",
    "Do get back to me when you can.",
    "We hope that helps.",
)
