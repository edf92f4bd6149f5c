"""The config: model, options, YAML and TOML with positions."""
