"""The plugins that come with Coldpress; they use what any plugin can use."""
