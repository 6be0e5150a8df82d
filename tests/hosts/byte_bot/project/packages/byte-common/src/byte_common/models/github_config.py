from uuid import UUID

from advanced_alchemy.base import UUIDAuditBase
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column


class GitHubConfig(UUIDAuditBase):
    __tablename__ = "github_config"

    guild_id: Mapped[UUID] = mapped_column(ForeignKey("guild.id", ondelete="cascade"))
    discussion_sync: Mapped[bool]
