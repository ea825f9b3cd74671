"""Contribution arithmetic, in whole rupiah."""


def by_contract_value(value_idr: int, tiers: list[list[int]]) -> int:
    """The one-off contribution of a construction project, from its contract value.

    `tiers` are [lower bound of the slice in rupiah, hundredths of a percent]; each rate applies to
    its own slice only (marginal). Rounded down to the rupiah, once, at the end. Legal source: PP
    44/2015 art. 54-55.
    """
    tops = [lower for lower, _ in tiers[1:]] + [max(value_idr, tiers[-1][0])]
    slices = [
        (max(0, min(value_idr, top) - lower), rate) for (lower, rate), top in zip(tiers, tops, strict=True)
    ]
    return sum(part * rate for part, rate in slices) // 10_000
