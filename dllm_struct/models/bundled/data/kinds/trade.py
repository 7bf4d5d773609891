# ruff: noqa: SIM905  (word lists read better as prose)
"""Trade: orders, products, invoices; reviews have a module of their own."""

from __future__ import annotations

from dllm_struct.models.bundled.data import pools
from dllm_struct.models.bundled.data.draw import Draw
from dllm_struct.models.bundled.data.kinds.people import CITY, MAIL, POSTCODE, STREET, WHERE
from dllm_struct.models.bundled.data.kinds.reviews import REVIEW
from dllm_struct.models.bundled.data.names import (
    brand,
    company,
    person,
    product,
    several_of,
    thing,
)
from dllm_struct.models.bundled.data.said import Said
from dllm_struct.models.bundled.data.types import Field, Kind
from dllm_struct.models.bundled.data.values import (
    BOOLEAN,
    COUNT,
    DATE,
    NUMBER,
    STRING,
    WORDS,
    amount,
    array,
    bullets,
    choice,
    copied,
    day,
    decimals,
    kilograms,
    listed,
    money,
    record,
    yes_no,
)


def _quantities(draw: Draw) -> Said:
    """Line items: a thing and how many of it."""
    values, texts = [], []
    style = draw.rng.random()
    for _ in range(draw.between(1, 4)):
        name, count = thing(draw), draw.between(1, draw.pick((5, 12, 200)))
        values.append({"name": name, "quantity": count})
        number = WORDS[count] if count <= 12 and draw.chance(0.3) else str(count)
        texts.append(
            f"{number} x {name}"
            if style < 0.3
            else f"{count}x {name}"
            if style < 0.45
            else f"{name} x{count}"
            if style < 0.55
            else f"{name} ({count})"
            if style < 0.65
            else f"{number} {name}"
        )
    return Said(values, listed(draw, texts), {"lines": bullets(draw, texts)})


def _amounts(draw: Draw) -> Said:
    """Line items: a thing and what it costs."""
    values, texts = [], []
    symbol = draw.pick(("$", "€", "£", ""))
    equals = draw.pick((" ", ": ", " - ", " at ", " for "))
    for _ in range(draw.between(1, 3)):
        name, price = thing(draw), amount(draw, 2, 400)
        values.append({"description": name, "amount": price})
        texts.append(f"{name}{equals}{symbol}{decimals(price)}")
    return Said(values, listed(draw, texts), {"lines": bullets(draw, texts)})


TOTAL = Field(("total", "total_amount", "amount", "sum"), money(5, 4000), NUMBER)

ORDER = Kind(
    "order",
    {
        "order_id": Field(
            ("order_id", "order_number", "order", "reference"),
            copied("######", "#####", "@@-####", "A#####", "ORD-####"),
            STRING,
        ),
        "customer": Field(("customer", "name", "customer_name", "buyer"), person, STRING),
        "email": MAIL,
        "items": Field(
            ("items", "line_items", "products", "articles"),
            _quantities,
            array(record(name=STRING, quantity=COUNT)),
        ),
        "total": TOTAL,
        "date": Field(("order_date", "date", "ordered_on", "placed_on"), day, DATE),
        "street": STREET,
        "postcode": POSTCODE,
        "city": CITY,
        "express": Field(
            ("express", "express_delivery", "is_express"),
            yes_no(
                ("Express delivery please", "Ship by express", "I need express shipping"),
                ("Standard delivery is fine", "No express needed", "Normal shipping will do"),
            ),
            BOOLEAN,
        ),
    },
    (
        "Order {order_id} <from|by> {customer}<, placed on {date}|>: {items}. Total {total}.",
        "{customer} <ordered|bought|wants> {items}<, {total} in all|>. <{express}.|Order no. "
        "{order_id}.|>",
        "<Hello|Hi>, I would like to order {items}. <Ship|Send> to {street}, {postcode} {city}. "
        "{express}. {customer}",
        "Order no. {order_id}\nCustomer: {customer}\nItems:{items:lines}\nTotal: {total}",
        "On {date} {customer} ({email}) <ordered|asked for> {items}.",
        "Please <deliver|send> {items} to {customer}, {street}, {postcode} {city}. <{express}.|>",
        "Thank you for your order, {customer}! Number {order_id}, {items}. You paid {total}. "
        "<Confirmation goes to {email}.|>",
        "We <got|received> order {order_id} on {date}:{items:lines}\nPay {total}. <{express}.|>",
        "{total} for {items}, says order {order_id}. Buyer: {customer}<, {city}|>.",
        "Basket of {customer}: {items}. Delivery address {street} in {city}. <Mail: {email}.|>",
        "I'm {customer} and I need {items} <by express mail|> sent to {city}. My order is "
        "{order_id} of {date}.",
    ),
    (
        "Could you ship {items} to {customer} at {street}, {postcode} {city}? {express}.",
        "New purchase ({order_id}): {customer} takes {items} and pays {total}. Mail {email}.",
        "{date}: order {order_id} came in from {customer} with\n{items:lines}\nSum {total}",
    ),
    {**WHERE, ("customer", "buyer", "contact"): ("customer", "email")},
)

PRODUCT = Kind(
    "product",
    {
        "name": Field(("name", "product", "product_name", "item"), product, STRING),
        "brand": Field(("brand", "manufacturer", "maker"), brand, STRING),
        "price": Field(("price", "price_amount", "cost"), money(3, 3000), NUMBER),
        "in_stock": Field(
            ("in_stock", "available", "is_available"),
            yes_no(
                ("in stock", "available now", "ready to ship"),
                ("out of stock", "sold out", "currently unavailable"),
            ),
            BOOLEAN,
        ),
        "color": Field(
            ("color", "colour"),
            choice({c: (c,) for c in "red blue green black white yellow brown grey".split()}),
            STRING,
        ),
        "sku": Field(
            ("sku", "article_number", "item_code"), copied("@@###", "###-###", "@####"), STRING
        ),
        "weight": Field(("weight_kg", "weight", "kilograms"), kilograms, NUMBER),
        "tags": Field(
            ("tags", "labels", "keywords", "categories"),
            several_of(pools.TAGS, 1, 4),
            array(STRING),
        ),
    },
    (
        "The {name} by {brand} <costs|sells for> {price}<, comes in {color}|> and is {in_stock}.",
        "{brand} {name}, {color}, {price}. <Weight: {weight}.|SKU {sku}.|> <{in_stock}|>",
        "<New|Now here>: {name} <from|made by> {brand} for <only|just|> {price}! Tags: {tags}.",
        "{name} ({sku}): {price}, {in_stock}<, {weight}|>.",
        "Article {sku} is the {color} {name}. Price: {price}. <Made by {brand}.|Weighs {weight}.>",
        "For {price} you get the {name} in {color}<, {weight}|>. <It is {in_stock}.|Labels: "
        "{tags}.>",
        "{brand} presents the {name}. It weighs {weight} and costs {price}. <Status: {in_stock}.|>",
        "Our {name} is {in_stock}. <Colour: {color}. |>Price {price}. Keywords: {tags}",
        "Item: {name}\nBrand: {brand}\nPrice: {price}\nColor: {color}\nTags: {tags}",
        "We sell the {name} (item code {sku}, brand {brand}) at {price}; it is {in_stock}.",
    ),
    (
        "Looking for a {name}? {brand} has it in {color} at {price}, {in_stock}.",
        "{sku}, better known as {name}, is yours for {price}. Weight {weight}, tags {tags}.",
        "The people at {brand} made a {color} {name}; you pay {price} and it is {in_stock}.",
    ),
)


INVOICE = Kind(
    "invoice",
    {
        "number": Field(
            ("invoice_number", "number", "invoice_id", "invoice"),
            copied("INV-####", "####-##", "R#####", "20##-###"),
            STRING,
        ),
        "vendor": Field(("vendor", "supplier", "seller", "issuer"), company, STRING),
        "customer": Field(("customer", "client", "bill_to", "buyer"), company, STRING),
        "issued": Field(("issue_date", "invoice_date", "issued", "date"), day, DATE),
        "due": Field(("due_date", "due", "payable_by", "deadline"), day, DATE),
        "total": TOTAL,
        "items": Field(
            ("lines", "items", "positions", "line_items"),
            _amounts,
            array(record(description=STRING, amount=NUMBER)),
        ),
        "paid": Field(
            ("paid", "is_paid", "settled"),
            yes_no(
                ("already paid", "paid in full", "settled"),
                ("not yet paid", "still open", "unpaid"),
            ),
            BOOLEAN,
        ),
    },
    (
        "Invoice {number} from {vendor} to {customer}, <dated|issued on> {issued}, due {due}. "
        "<Amount|Total>: {total}<, {paid}|>.",
        "{vendor}\nInvoice no. {number}\nDate: {issued}\nBill to: {customer}\n{items:lines}\n"
        "Total: {total}",
        "{customer} owes {vendor} {total} <until|by> {due}. <The invoice is {number}.|See "
        "{number}.>",
        "Please pay {total} for invoice {number} by {due}. <{vendor}|Regards, {vendor}>",
        "We <charge|bill> {customer} for {items}. Invoice {number}, {issued}<, {paid}|>.",
        "Bill {number} ({paid}): {total}, issued by {vendor} on {issued}.",
        "{vendor} sent us invoice {number} over {total}. It is {paid}<, due on {due}|>.",
        "On {issued}, {vendor} billed {customer} {total} for {items}.",
        "The invoice of {issued} with the number {number} is {paid}. Supplier: {vendor}. Due "
        "{due}.",
        "Payment of {total} to {vendor} is due on {due}<, reference {number}|>. Positions: "
        "{items}.",
    ),
    (
        "Attached you find our invoice {number} of {issued}. {total} are payable until {due}. "
        "{vendor}",
        "Dear {customer}, {vendor} asks you to transfer {total} by {due} (no. {number}, {paid}).",
        "{number} / {issued} / {vendor} / {items} / sum {total} / {paid}",
    ),
)

TRADE = (ORDER, PRODUCT, INVOICE, REVIEW)
