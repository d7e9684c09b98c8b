/** The one thing that pure parts read of a browser: its reader's language. Node 20 has none. */
Object.defineProperty(globalThis, 'navigator', { value: { languages: ['en-GB'] }, configurable: true });
