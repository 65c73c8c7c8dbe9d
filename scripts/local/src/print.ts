/**
 * Prints a line of log. Kind `request` is for what users should see: requests to functions and errors. The rest is
 * detail.
 */
export type Print = (line: string, kind?: 'request') => void;
