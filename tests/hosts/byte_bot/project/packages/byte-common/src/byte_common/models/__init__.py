from byte_common.models.forum_config import ForumConfig
from byte_common.models.github_config import GitHubConfig
from byte_common.models.guild import Guild

__all__ = ["ForumConfig", "GitHubConfig", "Guild"]
