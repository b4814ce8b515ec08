"""`$metadata`: the entity sets of a reader as CSDL, always XML (Power Query requests JSON first and cannot read it)."""

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import quoteattr

from dakehu.exchange.odata.entity_sets import KEY, EntitySet, Navigation, Property
from dakehu.foundation.schema.fields import FieldSpec

NAMESPACE = "dakehu"
EDM = "http://docs.oasis-open.org/odata/ns/edm"
DESCRIPTION = "Org.OData.Core.V1.Description"
LONG = "Org.OData.Core.V1.LongDescription"
ALLOWED = "Org.OData.Validation.V1.AllowedValues"
CAPABILITY = "Org.OData.Capabilities.V1"
WRITES = (("Insert", "Insertable"), ("Update", "Updatable"), ("Delete", "Deletable"))


def metadata_xml(sets: dict[str, EntitySet]) -> str:
    """Return the full document, labels in both languages."""
    return "".join(
        (
            '<?xml version="1.0" encoding="utf-8"?>',
            '<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>',
            f'<Schema Namespace="{NAMESPACE}" xmlns="{EDM}">',
            *(part for one in sets.values() for part in _entity_type(one, sets)),
            '<EntityContainer Name="Container">',
            *(part for one in sets.values() for part in _entity_set(one)),
            "</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>",
        )
    )


def _entity_type(one: EntitySet, sets: dict[str, EntitySet]) -> Iterator[str]:
    yield f'<EntityType Name="{one.type_name}"><Key><PropertyRef Name="{KEY}"/></Key>'
    for item in one.properties.values():
        yield from _property(item)
    for way in one.navigations.values():
        yield _navigation(way, sets)
    yield "</EntityType>"


def _property(item: Property) -> Iterator[str]:
    facets = "".join(f" {name}={quoteattr(value)}" for name, value in item.facets)
    required = ' Nullable="false"' if item.name == KEY else ""
    yield f'<Property Name="{item.name}" Type="{item.edm}"{facets}{required}>'
    yield _annotation(DESCRIPTION, item.spec.heading)
    help_text = " ".join(filter(None, (item.spec.help_zh, item.spec.help_en)))
    if help_text:
        yield _annotation(LONG, help_text)
    if item.choices is not None:
        yield f'<Annotation Term="{ALLOWED}"><Collection>'
        for choice in item.choices:
            label = FieldSpec(choice.zh, choice.en).heading
            value = f'<PropertyValue Property="Value" String={quoteattr(choice.value)}/>'
            yield f"<Record>{value}{_annotation(DESCRIPTION, label)}</Record>"
        yield "</Collection></Annotation>"
    yield "</Property>"


def _annotation(term: str, text: str) -> str:
    return f'<Annotation Term="{term}" String={quoteattr(text)}/>'


def _navigation(way: Navigation, sets: dict[str, EntitySet]) -> str:
    kind = f"{NAMESPACE}.{sets[way.target].type_name}"
    kind = f"Collection({kind})" if way.is_many else kind
    head = f'<NavigationProperty Name="{way.name}" Type="{kind}" Partner="{way.partner}"'
    if not way.is_own_key:
        return f"{head}/>"
    constraint = f'<ReferentialConstraint Property="{way.key}_id" ReferencedProperty="{KEY}"/>'
    return f"{head}>{constraint}</NavigationProperty>"


def _entity_set(one: EntitySet) -> Iterator[str]:
    yield f'<EntitySet Name="{one.name}" EntityType="{NAMESPACE}.{one.type_name}">'
    for way in one.navigations.values():
        yield f'<NavigationPropertyBinding Path="{way.name}" Target="{way.target}"/>'
    yield _annotation(DESCRIPTION, f"{one.label.in_('zh')} {one.label.in_('en')}")
    fixed = [item.name for item in one.properties.values() if not item.can_filter]
    yield _restriction("Filter", "NonFilterableProperties", fixed)
    unsorted = [item.name for item in one.properties.values() if not item.can_sort]
    yield _restriction("Sort", "NonSortableProperties", unsorted)
    for kind, flag in WRITES:
        value = f'<PropertyValue Property="{flag}" Bool="false"/>'
        yield f'<Annotation Term="{CAPABILITY}.{kind}Restrictions"><Record>{value}</Record></Annotation>'
    yield "</EntitySet>"


def _restriction(kind: str, listed: str, names: Iterable[str]) -> str:
    paths = "".join(f"<PropertyPath>{name}</PropertyPath>" for name in names)
    if not paths:
        return ""
    value = f'<PropertyValue Property="{listed}"><Collection>{paths}</Collection></PropertyValue>'
    return f'<Annotation Term="{CAPABILITY}.{kind}Restrictions"><Record>{value}</Record></Annotation>'
