/** Where lines of log go. A `request` is what a client of a function, or a person, should see; the rest is detail. */
export type Print = (line: string, kind?: 'request') => void;
