/** The result of one check. */
export type Finding = {
  level: 'good' | 'warning' | 'failure';
  area: string;
  subject: string;
  text: string;
};

type Make = (area: string, subject: string, text: string) => Finding;

export const good: Make = (area, subject, text) => ({ level: 'good', area, subject, text });
export const warning: Make = (area, subject, text) => ({ level: 'warning', area, subject, text });
export const failure: Make = (area, subject, text) => ({ level: 'failure', area, subject, text });
