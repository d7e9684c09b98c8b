"""How deliveries are read: bodies, single values, times, numbers of phones, and events made of them."""
