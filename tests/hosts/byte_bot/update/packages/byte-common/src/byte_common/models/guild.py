from advanced_alchemy.base import UUIDAuditBase
from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column


class Guild(UUIDAuditBase):
    __tablename__ = "guild"

    guild_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    guild_name: Mapped[str]
    prefix: Mapped[str]
