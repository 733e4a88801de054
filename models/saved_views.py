"""Lists as a person keeps them: which filters, which order, which columns. A convenience only:
it shows nothing that the person could not see anyway."""

from sqlalchemy import Boolean, ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Code, JsonList, JsonObject, Name, PrimaryKey

_DEFAULT = text("is_default")


class SavedView(Base):
    """One list of one person under a name; at most one per list opens by itself."""

    __tablename__ = "saved_view"
    __table_args__ = (
        UniqueConstraint("user_id", "table_name", "name"),
        Index(
            "uq_saved_view_default",
            "user_id",
            "table_name",
            unique=True,
            sqlite_where=_DEFAULT,
            postgresql_where=_DEFAULT,
        ),
    )

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), comment="Whose it is")
    table_name: Mapped[Code] = mapped_column(comment="Which list, by its address")
    name: Mapped[Name] = mapped_column(comment="What the person calls it")
    query: Mapped[JsonObject] = mapped_column(
        default=dict, comment="Search, filters and order as the address has them"
    )
    columns: Mapped[JsonList] = mapped_column(
        default=list, comment="Columns shown, in order; empty means the usual ones"
    )
    is_default: Mapped[bool] = mapped_column(
        Boolean, default=False, server_default=false(), comment="Shown when the list is opened"
    )
