"""Wikidata beside the article: asking it politely (`client`), and what is made of its answers.

Every query is portable SPARQL 1.1, since the public service is to move to another engine: each prefix declared, labels by `rdfs:label`
with a filter on the language, no label service and no other extension of one engine.
"""
