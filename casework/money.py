"""Amounts as texts. Money itself is an integer of fen everywhere."""


def yuan(fen: int) -> str:
    """Fen in yuan, without needless zeros: 60000 → "600", 200530 → "2005.30"."""
    whole, cents = divmod(abs(fen), 100)
    sign = "-" if fen < 0 else ""
    return f"{sign}{whole}.{cents:02d}" if cents else f"{sign}{whole}"
