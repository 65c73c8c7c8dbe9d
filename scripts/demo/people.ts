export type DemoPerson = { username: string; name: string; role: 'user' | 'staff' | 'admin'; password: string };

/** Invented people with public passwords, for a local machine only. */
export const DEMO_PEOPLE: readonly DemoPerson[] = [
  { username: 'greta', name: 'Greta Olsen', role: 'admin', password: 'harbour-lantern-71' },
  { username: 'tomas', name: 'Tomás Vidal', role: 'staff', password: 'gravel-orchard-28' },
  { username: 'yuki', name: 'Yuki Tanabe', role: 'staff', password: 'copper-meadow-54' },
  { username: 'amara', name: 'Amara Diallo', role: 'user', password: 'window-thistle-19' },
  { username: 'pieter', name: 'Pieter Smit', role: 'user', password: 'bicycle-harvest-83' },
  { username: 'leila', name: 'Leila Haddad', role: 'user', password: 'marble-swallow-46' },
  { username: 'ivan', name: 'Ivan Petrov', role: 'user', password: 'ladder-november-37' },
];
