from advanced_alchemy.base import UUIDAuditBase
from sqlalchemy import Integer
from sqlalchemy.orm import Mapped, mapped_column


class Guild(UUIDAuditBase):
    __tablename__ = "guild"

    guild_id: Mapped[int] = mapped_column(Integer, unique=True)
    guild_name: Mapped[str]
    prefix: Mapped[str]
