"""One made-up article on two made-up states: first its facts, section by section, then the segments that they are stated in, and notes."""

from random import Random

from pairs import BINARY, FACTS, POLITIES, SECTIONS, SUBJECTS, VOICE, Told, World, all_of, dated, english, name

LEAD, CULTURE, POLITICS, CONFLICT, TRADE, HONOURS = range(1, SECTIONS + 1)


class Article(Told):
    """The facts of one article."""

    def __init__(self, world: World, number: int) -> None:
        super().__init__(f"a{number}", Random(f"{world.seed}/{number}"))  # noqa: S311 - made-up data
        self.world, self.number = world, number
        self.pair = world.pair(number)
        self.a, self.b = (f"id:state-{state}" for state in self.pair)
        self.states = (self.a, self.b)
        self.title = "–".join(name("state", state) for state in self.pair) + " relations"
        self.restated: dict[str, list[str]] = {}
        self.poet = self.person("poet", "prov:Agent")
        self.envoy, self.friend, self.hero = self.person("envoy"), self.person("friend"), self.person("hero")
        self.heads = self.own("heads", "foaf:Group prov:Agent", "heads of both states (not named)")
        self.voices = (f"{self.a}-people", f"{self.b}-people", self.heads, self.a, self.b, f"{self.a}-ruler", self.poet)

    def person(self, kind: str, *classes: str) -> str:
        """A person of whom only this article speaks."""
        label = f"{kind.capitalize()} {name('person', self.number)} {name('family', self.number)}"
        return self.own(kind, " ".join(("schema:Person", *classes)), label)

    def told(self) -> None:
        """Make all facts."""
        for section in (self.missions, self.history, self.unions, self.peoples, self.statements):
            section()
        for section in (self.offices, self.quotation, self.visits, self.treaties, self.conflict):
            section()
        for section in (self.trade, self.opinions, self.honours, self.initiatives, self.links):
            section()

    # -- lead

    def missions(self) -> None:
        """Embassies, consulates, and the relations themselves."""
        self.embassies = []
        for sender, receiver in (self.states, self.states[::-1]):
            terms = [("dip:sendingState", sender), ("dip:receivingState", receiver), ("dip:seat", f"{receiver}-city-0")]
            self.embassies.append(self.fact(LEAD, "Embassy", terms))
        for _ in self.some(FACTS["ConsularPost"]):
            terms = [("dip:sendingState", self.a), ("dip:receivingState", self.b), ("dip:seat", f"{self.b}-city-1")]
            self.fact(LEAD, "ConsularPost", terms)
        year, month, day = self.rng.randint(1991, 1999), self.rng.randint(1, 12), self.rng.randint(1, 28)
        parts = (("date", ""), ("notBefore", ""), ("notAfter", ""))
        days = [(f"dip:{part}", f'"{year}-{month:02}-{day:02}"^^xsd:date') for part, _ in parts]
        self.relations = self.fact(LEAD, "DiplomaticRelations", [*all_of("dip:party", self.states), *days])

    def history(self) -> None:
        """The former polities that both belonged to, and how those ended."""
        for state, number in zip(self.states, self.pair, strict=True):
            tells = self.world.tells(self.number, number)
            each = BINARY["dip:wasPartOf"] // 2
            for i in range(each if tells else self.rng.randint(each - 2, each)):
                self.binary(LEAD, (state, "dip:wasPartOf", f"id:polity-{(5 * number + i) % POLITIES}"), plain=tells)
        for state in (*self.states, f"id:polity-{self.rng.randrange(POLITIES)}"):
            self.event(LEAD, ("sem:hasActor", state))

    def unions(self) -> None:
        """Memberships of both in the same organisations."""
        count = min(self.world.organisations, len(self.some(FACTS["Membership"] // 2)))
        self.memberships = []
        for organisation in self.rng.sample(range(self.world.organisations), count):
            for state in self.states:
                self.memberships.append(self.member(state, organisation))
        if self.number == 0:
            for other in range(self.world.states, self.world.members):
                self.member(f"id:state-{other}", 0)

    def member(self, state: str, organisation: int) -> str:
        """A membership."""
        kind = self.rng.choice(("dip:full", "dip:unspecified"))
        terms = [("org:member", state), ("org:organization", f"id:organisation-{organisation}"), ("dip:kind", kind)]
        return self.fact(LEAD, "Membership", terms)

    def event(self, section: int, *terms: tuple[str, str], voice: str = VOICE) -> str:
        """An event of no other kind."""
        return self.fact(section, "ReportedEvent", [("dcterms:type", self.subject()), *terms], (voice,))

    # -- cultural relations, first

    def peoples(self) -> None:
        """What ties the peoples and the states."""
        a, b = (f"{state}-people" for state in self.states)
        for number, state in zip(self.pair, self.states, strict=True):
            tells = self.world.tells(self.number, number)
            self.binary(CULTURE, (f"{state}-people", "schema:knowsLanguage", f"id:language-{number % SUBJECTS}"), plain=tells)
            self.binary(CULTURE, (state, "dip:littoralStateOf", f"id:sea-{number % SUBJECTS}"), plain=tells)
        for i in range(BINARY["dip:hasCloseTiesWith"]):  # one triple, behind it several facts
            ties = (a, "dip:hasCloseTiesWith", b)
            self.binary(CULTURE, ties, ("dip:aspect", self.word()), ("dip:hedge", self.word()), plain=i == 0)
        self.binary(CULTURE, (self.a, "dip:sharesBorderWith", self.b), ("dip:aspect", self.word()))
        purge = self.event(CULTURE, ("sem:hasPlace", f"id:polity-{self.rng.randrange(POLITIES)}"))
        counted = [("schema:minValue", str(self.rng.randint(1000, 900000))), ("schema:unitText", english("persons"))]
        self.event(CULTURE, ("sem:hasActor", a), ("sem:hasPlace", self.b), ("dip:during", purge), ("dip:hedge", self.word()), *counted)
        figure = [("sdmxd:refArea", self.b), ("dip:population", a), ("sdmxm:obsValue", str(self.rng.randint(1000, 900000)))]
        for _ in self.some(FACTS["FigureObservation"]):
            self.fact(CULTURE, "FigureObservation", [*figure, ("schema:unitText", english("persons")), ("dip:hedge", self.word())])

    def statements(self) -> None:
        """What is said of the relations, and by whom."""
        region = self.own("region", "schema:Place", name("place", self.number))
        for i in self.some(FACTS["AttributedStatement"]):
            about = all_of("schema:about", self.rng.sample((*self.states, f"{self.a}-people", f"{self.b}-people"), self.rng.randint(1, 3)))
            hedge = [("dip:hedge", self.word())] if i % 2 else []
            concerns = [("dip:concerns", region)] if i % 4 == 0 else []
            voices = self.rng.sample(self.voices, self.rng.choice((1, 1, 2)))
            self.fact(
                self.rng.choice((LEAD, CULTURE, POLITICS)),
                "AttributedStatement",
                [*about, ("dip:term", self.word()), *hedge, *concerns],
                voices,
            )

    # -- political relations

    def offices(self) -> None:
        """Who holds, held or then held which office."""
        self.tenures = []
        for number, state in enumerate(self.states, 1):
            terms = [("org:member", f"{state}-ruler"), ("dip:office", f"{state}-head"), ("dip:incumbency", "dip:incumbent")]
            self.tenures.append(self.fact(POLITICS, "OfficeTenure", [*terms, ("dip:attestedAt", f"{self.prefix}:statevisit-{number}")]))
        for state in self.states:
            terms = [("org:member", f"{state}-elder"), ("dip:office", f"{state}-head"), ("dip:incumbency", "dip:former")]
            self.tenures.append(self.fact(POLITICS, "OfficeTenure", terms))
        inauguration = self.occasion(POLITICS, f"{self.a}-premier", [("dip:concerns", f"{self.b}-head"), *dated(self.rng)])
        at_that_time = ("dip:incumbency", "dip:atThatTime")
        premier = [("org:member", f"{self.a}-premier"), ("dip:office", f"{self.a}-minister"), at_that_time]
        self.fact(POLITICS, "OfficeTenure", [*premier, ("dip:attestedAt", inauguration)])
        for state in self.states[: len(self.some(2)) or 1]:
            self.fact(POLITICS, "OfficeTenure", [("org:member", f"{state}-elder"), ("sem:hasPlace", f"{state}-city-0"), at_that_time])

    def occasion(self, section: int, guest: str, terms: list[tuple[str, str]], voice: str = VOICE) -> str:
        """A gathering, and who was there."""
        return self.fact(section, "Occasion", [("dcterms:type", self.subject()), ("dip:attendee", guest), *terms], (voice,))

    def quotation(self) -> None:
        """What the head of one state says of that of the other: its binary facts are reified only."""
        voice, friend = f"{self.a}-ruler", f"{self.b}-elder"
        stay = self.event(POLITICS, ("sem:hasActor", friend), ("sem:hasPlace", f"{self.b}-city-2"), voice=voice)
        self.event(POLITICS, ("sem:hasActor", friend), ("dip:follows", stay), voice=voice)
        self.occasion(POLITICS, voice, [("dip:concerns", friend)], voice)
        for _ in self.some(2):
            visit = [("dip:visitor", voice), ("dip:host", friend), ("sem:hasPlace", f"{self.b}-city-2"), ("dip:during", stay)]
            self.fact(POLITICS, "Visit", [*visit, ("dip:hedge", self.word())], (voice,))
        for predicate, other in (("dip:friendOf", voice), ("foaf:knows", voice), ("schema:hasOccupation", "id:occupation-0")):
            self.binary(POLITICS, (friend, predicate, other), voice=voice)

    def visits(self) -> None:
        """Visits, state visits and official visits."""
        jubilee = self.occasion(POLITICS, f"{self.a}-elder", [("dip:commemorates", self.poet), ("dip:anniversary", "150")])
        self.fact(POLITICS, "Visit", [("dip:visitor", self.heads), *all_of("dip:host", self.states), ("dip:hedge", self.word())])
        terms = [("dip:visitor", f"{self.a}-elder"), ("dip:host", self.b), ("sem:hasPlace", self.b), ("dip:occasion", jubilee)]
        self.fact(POLITICS, "Visit", terms)
        for visitor, host in (self.states, self.states[::-1]):
            terms = [("dip:visitor", f"{visitor}-ruler"), ("dip:host", host), ("sem:hasPlace", f"{host}-city-0"), *dated(self.rng)]
            self.fact(POLITICS, "StateVisit", terms)
        heads = [("dip:visitor", f"{state}-head") for state in self.states]
        subjects = all_of("dcterms:subject", (self.subject() for _ in self.some(4)))
        for _ in self.some(FACTS["OfficialVisit"]):
            self.fact(POLITICS, "OfficialVisit", [*heads, *all_of("dip:host", self.states), *subjects, ("dip:hedge", self.word())])
        for _ in self.some(FACTS["CooperationAgenda"]):
            agenda = [*all_of("schema:about", self.states), ("dcterms:subject", self.subject()), ("dip:during", self.tenures[0])]
            self.fact(POLITICS, "CooperationAgenda", [*agenda, ("dip:hedge", self.word())])

    def treaties(self) -> None:
        """Signatures: the first with its day, place and signers, the others without."""
        summit = self.occasion(POLITICS, self.heads, [("dip:concerns", "id:organisation-0")])
        for i in self.some(FACTS["TreatySignature"]):
            treaty = self.own("treaty", "dip:Treaty", f"{name('treaty', self.number)} {i + 1}")
            terms = [*all_of("dip:signatory", self.states), ("dip:treaty", treaty)]
            if i == 0:
                subject = ("dcterms:subject", self.subject())
                self.binary(POLITICS, (treaty, *subject))
                terms += [*(("dip:signer", f"{state}-head") for state in self.states), ("dip:occasion", summit), *dated(self.rng)]
            self.fact(POLITICS, "TreatySignature", terms)

    # -- a conflict

    def conflict(self) -> None:
        """Mediation, an incident, and positions on the conflict."""
        war = self.own("war", "dbo:MilitaryConflict", f"{name('place', self.number)} War")
        village = self.own("village", "schema:Place", name("place", self.number + 1))
        crews = [self.own("crew", "foaf:Group", f"observers {i} (not named)") for i in (1, 2, 3)]
        third, other = ("id:organisation-0", "id:organisation-1")
        roles = [*all_of("dip:mediator", (self.a, third)), *all_of("dip:disputant", (self.b, other)), ("dip:concerns", war)]
        mediation = self.fact(CONFLICT, "Mediation", roles)
        self.restated["mediation"] = [mediation]
        consensus = self.event(CONFLICT, ("dip:detailOf", mediation))
        self.event(CONFLICT, ("sem:hasActor", other), ("dip:follows", consensus))
        incident = [("dip:aircraft", self.word()), ("dip:operator", self.a), *all_of("dip:aboard", crews), ("dip:shotDownBy", other)]
        shot = self.fact(CONFLICT, "AircraftIncident", [*incident, ("sem:hasPlace", village), ("dip:hedge", self.word())])
        self.event(CONFLICT, ("dip:endedBy", shot), ("dip:detailOf", mediation))
        for _ in self.some(3):
            self.event(CONFLICT, ("sem:hasActor", self.rng.choice(self.states)), ("dip:concerns", war))
        province = self.own("province", "schema:AdministrativeArea", name("place", self.number + 2))
        self.binary(CONFLICT, (village, "schema:containedInPlace", province))
        self.binary(CONFLICT, (province, "schema:containedInPlace", self.b))
        for _ in self.some(FACTS["PolicyPosition"]):
            position = [("schema:about", self.rng.choice((war, *self.states))), ("dcterms:subject", self.subject()), ("dip:concerns", war)]
            self.fact(CONFLICT, "PolicyPosition", position, (self.rng.choice(self.states),))

    def opinions(self) -> None:
        """What persons think."""
        for i in self.some(FACTS["Opinion"]):
            about = all_of("schema:about", self.rng.sample((*self.states, f"{self.a}-people", f"{self.b}-people", self.hero), 2))
            hedge = [("dip:hedge", self.word())] if i % 2 else []
            terms = [*about, ("dcterms:subject", self.subject()), ("dip:term", self.word()), *hedge]
            self.fact(CONFLICT, "Opinion", terms, (self.rng.choice((self.poet, f"{self.a}-ruler")),))

    # -- trade

    def trade(self) -> None:
        """One year's exports and imports, as the statistics of one state give them."""
        year = self.rng.randint(1995, 2020)
        for flow in ("export", "import"):
            amount = str(1_000_000 * self.rng.randint(1, 900))
            roles = [("dip:flow", f"dip:{flow}"), ("sdmxd:refArea", self.a), ("dip:counterpart", self.b), ("sdmxm:obsValue", amount)]
            days = [("dip:notBefore", f'"{year}-01-01"^^xsd:date'), ("dip:notAfter", f'"{year}-12-31"^^xsd:date')]
            period = [("sdmxd:refPeriod", f'"{year}"^^xsd:gYear'), ("schema:currency", '"USD"')]
            self.fact(TRADE, "TradeObservation", [*roles, *period, *days], (f"{self.a}-statistics",))

    # -- cultural relations, second

    def honours(self) -> None:
        """Conferrals, titles, kin and callings."""
        for i in self.some(FACTS["AwardConferral"]):
            award = self.own("award", "dbo:Award", f"{name('award', self.number)} {i + 1}", ("dip:awardOf", self.a))
            recipient = self.rng.choice((self.envoy, f"{self.a}-ruler", f"{self.b}-elder"))
            ground = [("dip:ground", self.word())] if i else []
            conferral = self.fact(HONOURS, "AwardConferral", [("dip:recipient", recipient), ("dip:award", award), *ground])
        self.fact(HONOURS, "ReportedEvent", [("dip:conferredBy", f"{self.b}-ruler"), ("dip:detailOf", conferral)], (f"{self.b}-ruler",))
        self.binary(HONOURS, (self.envoy, "dip:holdsTitle", award))
        for occupation, person in enumerate((self.envoy, self.envoy, self.envoy, self.poet)):
            self.binary(HONOURS, (person, "schema:hasOccupation", f"id:occupation-{occupation + self.number % 30}"))
        self.binary(HONOURS, (self.envoy, "schema:nationality", self.a))
        self.binary(HONOURS, (self.envoy, "dip:friendOf", self.friend))
        for number, state in zip(self.pair, self.states, strict=True):
            tells = self.world.tells(self.number, number)
            if tells or state == self.a:
                kin = (f"{state}-elder", "dip:parentOf", f"{state}-ruler")
                self.binary(HONOURS, kin, ("dip:aspect", self.word()), plain=tells)
                self.binary(HONOURS, (f"{state}-ruler", "schema:hasOccupation", "id:occupation-1"), plain=tells)

    def initiatives(self) -> None:
        """Centres, newspapers, monuments, and a book."""
        university = self.own("university", "schema:CollegeOrUniversity", f"University of {name('city', self.number)}")
        for i in self.some(FACTS["CulturalInitiative"]):
            kinds = (("centre", "org:Organization"), ("paper", "schema:Newspaper"), ("monument", "schema:LandmarksOrHistoricalBuildings"))
            kind, class_ = kinds[i % 3]
            result = self.own(kind, class_, f"{kind} {i + 1} of {name('city', self.number)}")
            terms = [("dcterms:type", self.subject()), ("dip:result", result), ("sem:hasPlace", f"{self.b}-city-{i % 3}")]
            self.fact(HONOURS, "CulturalInitiative", [*terms, *(dated(self.rng) if i % 2 else [("dip:initiator", university)])])
            if kind == "centre":
                self.binary(HONOURS, (result, "dbo:namedAfter", self.hero))
        self.binary(HONOURS, (university, "dbo:namedAfter", self.poet))
        book = self.own("book", "schema:Book", name("work", self.number))
        self.binary(HONOURS, (book, "dip:belongsToTraditionOf", f"{self.a}-people"), ("dip:aspect", self.word()))
        self.occasion(HONOURS, f"{self.a}-ruler", [("dip:commemorates", book), ("dip:anniversary", "1300")])
        self.binary(HONOURS, (f"{self.a}-city-2", "dip:twinnedWith", f"{self.b}-city-1"))
        body = self.own("body", "org:Organization prov:Agent", name("body", self.number))
        series = self.own("series", "sem:Event", "a series of celebrations")
        self.binary(HONOURS, (body, "dip:associatedWith", series), voice=body)

    # -- external links

    def links(self) -> None:
        """What the external links state; section 0 stands for them."""
        ministry = self.own("ministry", "org:Organization", f"Foreign Ministry of {name('state', self.pair[1])}")
        self.external = [f"{self.prefix}:x{i}" for i in range(1, 4)]
        self.binary(0, (self.external[0], "dcterms:publisher", ministry), ("dip:concerns", self.a))
        for embassy, link in zip(self.embassies, self.external[1:], strict=True):
            self.binary(0, (embassy, "foaf:homepage", link))
