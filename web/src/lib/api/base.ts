/** Where the server is: the page is served under its base, and the API lies beneath. */
export const base = new URL('.', document.baseURI).pathname;
export const apiBase = `${base}api/v2/platform/`;
