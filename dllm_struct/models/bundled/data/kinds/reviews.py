# ruff: noqa: SIM905  (word lists read better as prose)
"""Reviews of products."""

from __future__ import annotations

from dllm_struct.models.bundled.data.names import person, product, several_of
from dllm_struct.models.bundled.data.types import Field, Kind
from dllm_struct.models.bundled.data.values import (
    BOOLEAN,
    DATE,
    STRING,
    array,
    choice,
    day,
    enum,
    whole,
    yes_no,
)

REVIEW = Kind(
    "review",
    {
        "product": Field(("product", "item", "product_name", "subject"), product, STRING),
        "rating": Field(
            ("rating", "stars", "score"),
            whole(1, 5, spelled=0.4),
            {"type": "integer", "minimum": 1, "maximum": 5},
        ),
        "sentiment": Field(
            ("sentiment", "opinion", "tone"),
            choice(
                {
                    "positive": (
                        "I love it",
                        "It is great",
                        "Works perfectly",
                        "Excellent buy",
                        "Very happy with it",
                        "Fantastic quality",
                    ),
                    "negative": (
                        "I hate it",
                        "It is terrible",
                        "It broke at once",
                        "Waste of money",
                        "Very disappointed",
                        "Awful quality",
                    ),
                    "neutral": (
                        "It is okay",
                        "Nothing special",
                        "It does its job",
                        "So-so",
                        "Average at best",
                        "Neither good nor bad",
                    ),
                }
            ),
            enum("positive", "neutral", "negative"),
        ),
        "author": Field(("author", "reviewer", "name", "user"), person, STRING),
        "date": Field(("date", "review_date", "posted_on"), day, DATE),
        "recommend": Field(
            ("recommended", "would_recommend", "recommends"),
            yes_no(
                ("I would recommend it", "Buy it", "I recommend it to everyone"),
                ("I would not recommend it", "Do not buy it", "I can't recommend it"),
            ),
            BOOLEAN,
        ),
        "pros": Field(
            ("pros", "advantages", "good_points"),
            several_of("price design weight size speed sound comfort colour grip".split(), 1, 3),
            array(STRING),
        ),
    },
    (
        "{author} <gave|gives> the {product} {rating} <stars|out of 5|of 5 stars>. {sentiment}! "
        "<{recommend}.|>",
        "{sentiment}. The {product} gets {rating} <stars|out of five> from me. {recommend}. "
        "<{author}|{author}, {date}>",
        "{rating}/5 - {product}. {sentiment}. <{author}, {date}|Good: {pros}. {author}>",
        "Review of the {product} by {author} ({date}): {sentiment}, {rating} <stars|points>.",
        "I bought the {product} <last month|on {date}>. {sentiment}. {recommend}.<\n- {author}|>",
        "Bought by {author}: {product}. What I like: {pros}. {sentiment}. Rating: {rating}.",
        "{recommend}! {sentiment}. {rating} stars for the {product}. <Posted on {date}.|>",
        "{date}, {author}: my {product} arrived. {sentiment}. <Pros: {pros}.|{recommend}.>",
        "<After a week|After a month> with the {product} I say: {sentiment}. {rating} of 5. "
        "{author}",
        "The good things about the {product}: {pros}. {sentiment}, so {rating} stars. {recommend}.",
    ),
    (
        "My verdict on the {product}: {sentiment}. That makes {rating} stars. Signed, {author}",
        "{author} tested the {product} on {date} and rated it {rating}. {sentiment}. {recommend}.",
        "Stars: {rating}. {sentiment}! I liked {pros}. The {product} was a present. {author}",
    ),
)
