"""Further wordings about trade: orders, products, invoices, reviews."""

from __future__ import annotations

from dllm_struct.models.bundled.data.wordings.types import Wordings

ORDER = Wordings(
    phrasings=(
        "Hello,\n\n<I would like to order|please send me> {items}. {express}.\n\nKind regards,\n"
        "{customer}\n{email}",
        "Dear shop,\n\nI need {items}<. My order number is {order_id}|>.\n<Please deliver to "
        "{street}, {postcode} {city}.|{express}.>\n\nGreetings,\n{customer}",
        "{customer} would like to <have|buy|order> {items}. <Send them to {street}, {postcode} "
        "{city}.|{express}.|The number is {order_id}.>",
        "<For {customer}|To {customer}>: {items}. <Order {order_id} of {date}.|Total {total}.> "
        "{express}.",
        "We have to send {items} to {city}<, {street}|>. <{customer} is waiting.|{express}.>",
        "{order_id}: {items} for {customer}, {total}<, {date}|>.",
        "<Can|May> I get {items}, please? <My address is {street}, {postcode} {city}.|My mail is "
        "{email}.> {express}. <Thanks, {customer}|>",
        "The order of {customer} ({email}) of {date} contains {items}. <It costs "
        "{total}.|{express}.>",
        "{total} is the total of order {order_id}: {items}. <{customer} paid on {date}.|>",
        "Receipt\n{customer}\n{date}\n{items:lines}\n{total}",
        "Items:{items:lines}\nShip to: {customer}, {street}, {postcode} {city}",
        "{order_id} from {date}\n{items:lines}\n{express}\n<{customer}|{email}>",
        "In the cart of {customer}: {items}. <All for {total}.|{express}.|Order {order_id}.>",
        "My order number is {order_id}. I ordered {items}<, for {total}|>. <{customer}, "
        "{city}|Please write to {email}.>",
        "{customer}, who lives in {city}, <wants to buy|has ordered> {items}<; {total}|>.",
        "Dear shop, send me {items}. {express}. I live at {street} in {city}. {customer}",
        "Order by mail from {email}: {items}. <Name: {customer}.|Deliver to {street}, {postcode} "
        "{city}.>",
        "On {date} we packed {items}. <The bill of {total} goes to {customer}.|Order no. "
        "{order_id}.>",
        "<Needed|Missing> in {city}: {items}. {express}. <{customer} orders them.|>",
        "{items} were ordered by {customer} on {date}<, order {order_id}|, total {total}>.",
        "Thank you {customer}, your {items} will go to {street}, {postcode} {city}.",
        "Who ordered {items}? It was {customer} ({order_id}). <Price: {total}.|{express}.>",
        "{customer} just sent a list:{items:lines}\n<{express}.|To {street}, {city}.>",
        "The {total} from {customer} are for {items}. <Date of order: {date}.|{email}>",
        "{customer} / {order_id} / {items} / {total}",
        "We confirm order {order_id}: {items}, altogether {total}, to {street} in {city}.",
        "{customer} needs {items} soon. The order {order_id} is from {date}.",
    ),
    clauses=(
        "<Order|Number|This is order> {order_id}.",
        "<The customer is|Bought by|For> {customer}.",
        "{customer} <gets|would like> {items}.",
        "<Items|Wanted|List>: {items}.",
        "<We pack|Please send> {items}.",
        "<Total|That makes|The price is> {total}.",
        "{customer} has paid {total}.",
        "<Ordered on|Date:|From> {date}.",
        "<Goes|Send it|Deliver> to {street}, {postcode} {city}.",
        "<Address|Ship to>: {street}, {city}.",
        "{express}.",
        "<Mail|Contact|Write to>: {email}.",
        "{customer}, {email}.",
        "<The order number is|Order no.|Our reference is|We filed it as|It is order> {order_id}.",
        "{order_id} <was placed by {customer}|is the order|is on its way|was placed on {date}>.",
        "<The buyer is|The name is|It was ordered by|Ordered for|My name is> {customer}.",
        "{customer} <ordered|bought|asked for|needs|wants|is getting> {items}.",
        "<The order:|In the box:|It contains|Please pack|I need|We sold> {items}.",
        "<Ordered were {items}.|There are {items} in it.|{items}, please.|Add {items}.>",
        "List:{items:lines}",
        "<The total is|It comes to|In all|All together|The sum is|You owe us> {total}.",
        "{customer} <owes {total}|was charged {total}|sent {total}>.",
        "<The order date is|Placed on|It was|We got it on|Bought on> {date}.",
        "On {date} {customer} <ordered|called|bought {items}>.",
        "<Ship it to|The address is|It goes to|Bring everything to|Send to> {street}, {postcode} "
        "{city}.",
        "<Street:|Deliver to> {street}.",
        "<City:|It goes to|The customer lives in|Town:> {city}.",
        "<Delivery:|And please:|About the delivery:> {express}.",
        "<The mail is|A receipt goes to|You reach the buyer at|Write to> {email}.",
        "{customer} uses {email}.",
        "{customer}, {street}, {city}.",
        "{customer}: {items}.",
        "{items} for {total}.",
    ),
)

PRODUCT = Wordings(
    phrasings=(
        "<Have a look at|Do you know> the {name}? <It is made by {brand}.|{brand} builds it.> It "
        "costs {price} and is {in_stock}.",
        "{name}, {color}, {weight}, {price}. <Maker: {brand}.|{in_stock}.|SKU: {sku}.>",
        "The {color} {name} <from|of> {brand} is {in_stock}. <It costs {price}.|The code is "
        "{sku}.>",
        "<At|For> just {price}: the {name}<, {brand}|>. <It weighs {weight}.|Available in "
        "{color}.> <Tags: {tags}.|>",
        "{sku} {name} {price} {in_stock}",
        "{brand} now <sells|makes|offers> the {name}<, {weight}|>. <Price {price}.|Colour "
        "{color}.> {in_stock}.",
        "Our best seller, the {name}, costs {price}<, weighs {weight}|>. <Brand: {brand}.|It is "
        "filed under {tags}.>",
        "The {name} weighs {weight} and <is {color}|sells for {price}>. <Order code "
        "{sku}.|{brand} made it.>",
        "{price} buys you the {color} {name}. <{brand} is the maker.|Right now it is {in_stock}.>",
        "Number {sku} in our shop is the {name}. <It is {in_stock}.|Brand {brand}.> {tags}.",
        "Product: {name}\nMaker: {brand}\nSKU: {sku}\nPrice: {price}\nWeight: {weight}",
        "{tags}: that describes the {name} well. <{brand}, {price}.|It is {color} and {in_stock}.>",
        "We are sorry, or glad, to say that the {name} is {in_stock}. <{price}, {color}.|{sku}>",
        "In {color}, with {weight}: the {name} by {brand}. <Yes, it is {in_stock}.|Only {price}.>",
        "A {name} costs {price} at our shop, in {color}. <It is from {brand}.|The number is "
        "{sku}.>",
        "<Sale!|Hot deal:> {brand} {name} for {price}. {in_stock}. <{tags}|{sku}>",
        "Is the {name} heavy? {weight}. Is it there? It is {in_stock}. <The price? {price}.|>",
        "{name} - {brand} - {color} - {price} - {in_stock}",
        "The price of the {name} <fell|rose> to {price}. <{sku} is {in_stock}.|Made by {brand}.>",
        "You can have the {name} in {color}. {brand} wants {price} for it. <Tags {tags}.|>",
        "I would like the {color} {name}, code {sku}. Is it {price}? <It says {in_stock}.|>",
        "{brand}'s {name} comes in {color}, weighs {weight} and has the number {sku}.",
        "<Catalogue|Page 12>: {name} ({brand}), article {sku}, {weight}, {price}",
    ),
    clauses=(
        "<The product is|We offer|See> the {name}.",
        "{name} <from|by> {brand}.",
        "<Made by|Brand:|A product of> {brand}.",
        "<It costs|Price:> {price}.",
        "The {name} costs {price}.",
        "<It is|Now> {in_stock}.",
        "<It comes in|Colour:|Painted> {color}.",
        "<Code|Number|SKU>: {sku}.",
        "<It weighs|Weight:> {weight}.",
        "<Tags|Filed under|Keywords>: {tags}.",
        "A {color} {name}.",
        "{sku}: {name}, {price}.",
        "<The product is called|The article is the|Today's offer is the|Here is the> {name}.",
        "<Everybody wants the {name}.|We have the {name}.|Buy the {name}!>",
        "<The brand is|The maker is|From the house of|Built by|Manufacturer:> {brand}.",
        "{brand} <makes the {name}|is the maker|builds it|stands behind it>.",
        "The {name} <by|from|of> {brand} <is new|sells well>.",
        "<The price is|We ask for|It sells at|Its price tag says|Pay> {price}.",
        "The {name} <sells for|is sold at|can be had for|is> {price}.",
        "<At the moment it is|The {name} is|State:|It is> {in_stock}.",
        "<The colour is|It is|You get it in|The paint is> {color}.",
        "The {name} is {color}.",
        "<The article number is|SKU:|Look for|Order code|Item> {sku}.",
        "{sku} is the <{name}|code|number of the {name}>.",
        "<The weight is|On the scales it has|It brings|Packed it has> {weight}.",
        "The {name} weighs {weight}.",
        "<The tags are|Labels:|Categories:|You find it under|It belongs to> {tags}.",
        "{name}: {price}.",
        "{name}, {weight}.",
        "{brand}, {color}, {weight}.",
        "{sku}: {in_stock}.",
    ),
)

INVOICE = Wordings(
    phrasings=(
        "Dear customer,\n\nhere is invoice {number} over {total}<, written on {issued}|>. It is "
        "due on {due}.\n\nKind regards,\n{vendor}",
        "{vendor} <wrote|issued|sent> invoice {number} <on {issued}|to {customer}>. <The total is "
        "{total}.|It is {paid}.> It is due on {due}.",
        "<The bill|Invoice> {number} for {customer}: {items}. <Amount: {total}.|Due date: "
        "{due}.|{paid}.>",
        "{customer} <bought|got> {items} from {vendor}. <Invoice {number}, {issued}.|Total: "
        "{total}.> <Status: {paid}.|>",
        "Due by {due}: {total} from {customer} to {vendor}<, invoice {number}|>.",
        "On {issued} we sent you the bill {number}. <You have until {due}.|It says {total}.> <It "
        "is {paid}.|{vendor}>",
        "INVOICE {number}\n{vendor}\nClient: {customer}\nIssued {issued}\nDue {due}\n{items:lines}",
        "{number}\n{issued}\n{customer}\n{items:lines}\nTotal {total} ({paid})",
        "Your invoice {number} is {paid}. <{total}, dated {issued}.|We, {vendor}, thank you.>",
        "<Reminder|Last call>: invoice {number} of {vendor} was due on {due}. <Please send "
        "{total}.|It is {paid}.>",
        "{vendor} wants {total} from {customer} for {items}. <{paid}, by the way.|Before {due}, "
        "please.>",
        "Did {customer} pay {number}? It is {paid}. <The sum was {total}.|{vendor} wrote it on "
        "{issued}.>",
        "{total} for {items}: that is what {vendor} put on bill {number}. <Issued {issued}.|Due "
        "{due}.>",
        "From {vendor} to {customer}, {issued}: {items}. <Payable by {due}.|All in all {total}.>",
        "Invoice: {number}; seller: {vendor}; buyer: {customer}; total: {total}; due: {due}",
        "The client, {customer}, has <until {due}|time till {due}> to pay {total}. <{number}, "
        "{vendor}|>",
        "We billed {items} on {issued}. <{customer} should pay by {due}.|The bill is {paid}.> "
        "{number}",
        "{vendor}, {number}, {total}, {due}",
        "Is {number} settled? The list says: {paid}. <Supplier is {vendor}.|Due {due}, {total}.>",
        "{items} - together {total}. <{vendor} sent the invoice on {issued}.|To be paid by {due}.>",
        "Between {issued} and {due}, {customer} has to pay {total} to {vendor} ({number}).",
        "{vendor} has an open question about {number}: is it {paid}? <Total {total}.|{customer}>",
        "Hello {customer}, <here is|find here> the invoice {number} over {total}. Pay by {due}. "
        "Yours, {vendor}",
        "Written on {issued}, due on {due}: number {number} by {vendor}, {paid}.",
    ),
    clauses=(
        "<Invoice|Bill|This is invoice> {number}.",
        "<From|Sent by|Supplier:> {vendor}.",
        "<To|For|Client:> {customer}.",
        "{vendor} bills {customer}.",
        "<Dated|Written on|Issued> {issued}.",
        "<Due|Pay before|Deadline:> {due}.",
        "<Total|The sum is|Amount due:> {total}.",
        "<It contains|Lines:|For> {items}.",
        "<It is|Status:|This bill is> {paid}.",
        "{customer} <has to pay|pays> {total}.",
        "Number {number} is {paid}.",
        "{number} of {issued}: {total}.",
        "<The invoice number is|Invoice no.|The bill has the number|Our number:|See> {number}.",
        "{number} <is the invoice|was sent to {customer}|comes from {vendor}>.",
        "<The vendor is|The seller is|Issued by|It comes from|We are|Yours,> {vendor}.",
        "{vendor} <sent the bill|wrote it|delivered the goods|is the seller|wants its money>.",
        "<The client is|It is addressed to|Bill to|The buyer is|It was sent to> {customer}.",
        "{customer} <is the client|gets the bill|has to pay|bought it|is the buyer>.",
        "{vendor} <delivers to|sells to|works for|sent a bill to> {customer}.",
        "<The invoice date is|Issued on|It is dated|It was written on|Date:> {issued}.",
        "<The due date is|Payable by|Please pay by|The deadline is|It is due on|Pay until> {due}.",
        "Issued {issued}, due {due}.",
        "<The total is|The amount is|It says|In all|Grand total:|Please pay> {total}.",
        "{customer} <owes {total}|should send {total}|has {total} to pay>.",
        "<The lines are|Billed were|We delivered|Positions:|In detail:> {items}.",
        "Lines:{items:lines}",
        "<The bill is|The invoice is|So far it is|In our books it is> {paid}.",
        "{number} is {paid}.",
        "{number}: {total}.",
        "{vendor}, {issued}.",
        "{customer}: {total}.",
    ),
)

REVIEW = Wordings(
    phrasings=(
        "Hello,\n\nI have the {product}. {sentiment}. {recommend}.\n{rating} stars.\n\n{author}",
        "<I got|We have> the {product} <since|from> {date}. {sentiment}. <{rating} "
        "stars.|{recommend}.>",
        "{author} on the {product}: {sentiment}! <{rating} of 5 points.|{recommend}.>",
        "{product}: {rating} <stars|points|out of five>. {sentiment}. <By {author}.|Written "
        "{date}.>",
        "<The plus points|What is good>: {pros}. <The {product} gets {rating} "
        "stars.|{sentiment}.> {recommend}. {author}",
        "Review\nProduct: {product}\nStars: {rating}\nBy: {author}\nOn: {date}\n{sentiment}",
        "{sentiment}! {author} gives {rating} stars to the {product}<; {pros} convinced|>.",
        "How good is the {product}? {author} says: {sentiment}. <{rating}/5.|{recommend}.>",
        "{author} has used the {product} for a month. {sentiment}. <Score: {rating}.|{recommend}.>",
        "The {product}? {sentiment}. {rating} stars, <no more, no less|that is all>. "
        "<{author}|{date}>",
        "On {date} I wrote: {sentiment}. {recommend}. <It was about the {product}.|Points: "
        "{rating}.>",
        "{pros}: that is what {author} likes about the {product}. <{rating} stars.|{sentiment}.>",
        "I, {author}, own the {product}. {sentiment}. {recommend}. <{rating} points.|>",
        "{rating} for the {product}, says {author}, <because|since> {pros} are good. "
        "<{recommend}.|>",
        "My {product} came on {date}. {sentiment}, {rating} stars<, {author}|>.",
        "{author}, {date}, {rating} stars, {product}",
        "<Title|Headline>: {sentiment}. <Text: I bought the {product}.|The {product} has its "
        "price.> Rating {rating} of 5. {author}",
        "They ask me about the {product}. {recommend}. {sentiment}. <I give {rating} "
        "stars.|Yours, {author}>",
        "Five stars are the most, and the {product} gets {rating}. <{sentiment}.|{recommend}.> "
        "{author}",
        "{recommend}, <writes|says> {author} about the {product}. <{date}|{rating} stars.>",
        "The {product} arrived. {sentiment}. Pros: {pros}. <User {author}.|My rating: {rating}.>",
        "A gift from my aunt, the {product}. {sentiment}. {rating} stars from {author}.",
        "{date}: got the {product}. <{sentiment}.|{recommend}.> I would say {rating} of 5.",
        "With its {pros}, the {product} earns {rating} stars. {author}, {date}",
    ),
    clauses=(
        "<This is about|I tried|Product:> the {product}.",
        "{sentiment}.",
        "{sentiment}, says {author}.",
        "<Rating|Score|I give it>: {rating}.",
        "{rating} <stars|of five|points>.",
        "The {product} gets {rating} stars.",
        "{recommend}.",
        "<Written on|Date:|It was> {date}.",
        "<By|Author:|Reviewer:> {author}.",
        "<Good|I like|Plus points>: {pros}.",
        "{author} bought the {product}.",
        "<The review is about|Reviewed:|I own|We bought|I ordered> the {product}.",
        "<The {product} came today.|The {product} is in my kitchen.|It is the {product}.>",
        "<In short:|Honestly:|After a year:|What I think:|All in all:> {sentiment}.",
        "{author} says: {sentiment}.",
        "<The rating is|My score is|It gets|I would say|Points:> {rating}.",
        "<{rating} stars from me.|I give {rating} stars.|{author} gives {rating}.>",
        "The {product}: {rating} <stars|of five|of 5>.",
        "<To sum up:|My advice:|To all of you:> {recommend}.",
        "<The review is from|It was written on|I wrote this on|Posted:> {date}.",
        "On {date} the {product} came.",
        "<The reviewer is|Written by|My name is|A review by|User:> {author}.",
        "{author} <wrote this|has the {product}|is a customer|tried it>.",
        "<The advantages are|The good sides:|What I like:|It scores with|Thumbs up for> {pros}.",
        "{pros} <are good|are great|convinced me>.",
        "{author}: {rating} stars.",
        "{author}, {date}.",
        "{product}, {rating} stars.",
    ),
)

TRADE = {"order": ORDER, "product": PRODUCT, "invoice": INVOICE, "review": REVIEW}
