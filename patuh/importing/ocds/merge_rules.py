"""How the fields of releases merge, where it is not by id: the OCDS 1.1.5 release schema as a table.

Made with `ocdsmerge.rules.get_merge_rules` from `schema/release-schema.json` of open-contracting/standard,
branch 1.1; kept here because ocdsmerge would fetch the schema, and an import needs no network.
"""

Path = tuple[str, ...]
_OMITTED = ("id", "date", "tag")
_WHOLE_LISTS = """
awards.amendment.changes
awards.amendments.changes
awards.items.additionalClassifications
awards.suppliers.additionalIdentifiers
buyer.additionalIdentifiers
contracts.amendment.changes
contracts.amendments.changes
contracts.implementation.transactions.payee.additionalIdentifiers
contracts.implementation.transactions.payer.additionalIdentifiers
contracts.items.additionalClassifications
contracts.relatedProcesses.relationship
parties.additionalIdentifiers
parties.roles
relatedProcesses.relationship
tender.additionalProcurementCategories
tender.amendment.changes
tender.amendments.changes
tender.items.additionalClassifications
tender.procuringEntity.additionalIdentifiers
tender.submissionMethod
tender.tenderers.additionalIdentifiers
"""
RULES: dict[Path, str] = {(name,): "omitWhenMerged" for name in _OMITTED} | {
    tuple(path.split(".")): "wholeListMerge" for path in _WHOLE_LISTS.split()
}
