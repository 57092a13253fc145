"""The real process under bursts from both platforms, killed again and again."""
