"""How deliveries are proved to come from their platform: by signatures over the raw bytes, or by a secret."""
