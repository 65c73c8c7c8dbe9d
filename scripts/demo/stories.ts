import type { Scene } from './scenes.ts';

/** A change of a complaint by a person; `day` counts back from today. */
export type DemoStep = { day: number; by: string; change: Record<string, unknown> };

export type DemoStory = {
  day: number;
  by: string;
  complaint: Record<string, string>;
  scenes: Scene[];
  steps: DemoStep[];
};

export const DEMO_STORIES: readonly DemoStory[] = [
  {
    ...{ day: 20, by: 'amara', scenes: ['pothole', 'pothole', 'puddle'] },
    complaint: {
      ...{ title: 'Deep pothole in front of 14 Mill Lane', category: 'roads', location: '14 Mill Lane' },
      ...{ latitude: '52.5163', longitude: '13.3777' },
      description:
        'It is as deep as a hand is long. Cyclists swerve into the traffic to get around it, and after rain nobody can see it.',
    },
    steps: [
      {
        day: 19,
        by: 'tomas',
        change: { status: 'acknowledged', note: 'Thank you. A crew will look at it this week.', assignedTo: 'tomas' },
      },
      {
        day: 16,
        by: 'tomas',
        change: { status: 'in_progress', progress: 40, note: 'Cones are up; the hole is cut out for filling.' },
      },
      {
        day: 15,
        by: 'tomas',
        change: { progress: 80, internalNote: 'Waiting for the asphalt lorry, promised for tomorrow.' },
      },
      { day: 14, by: 'tomas', change: { status: 'resolved', note: 'Filled and levelled.' } },
      { day: 12, by: 'amara', change: { status: 'closed', note: 'Smooth again. Thank you for the quick work!' } },
    ],
  },
  {
    ...{ day: 17, by: 'pieter', scenes: ['lamp'] },
    complaint: {
      ...{
        title: 'Street light out at the school crossing',
        category: 'lighting',
        location: 'Corner of School Road and Park Street',
      },
      ...{ latitude: '52.5201', longitude: '13.4050' },
      description:
        'The lamp at the crossing has been dark for a week. Children cross there before eight in the morning.',
    },
    steps: [
      { day: 16, by: 'yuki', change: { status: 'in_progress', progress: 10, assignedTo: 'yuki' } },
      {
        day: 13,
        by: 'yuki',
        change: { status: 'on_hold', note: 'The fitting has to be ordered; it takes about ten days.' },
      },
    ],
  },
  {
    ...{ day: 13, by: 'leila', scenes: ['bins', 'bins'] },
    complaint: {
      ...{
        title: 'Bins at the market overflow every weekend',
        category: 'waste',
        location: 'Market Square, north side',
      },
      description:
        'From Saturday noon the bins are full and people put their bags beside them. By Sunday there are rats.',
    },
    steps: [
      { day: 12, by: 'tomas', change: { status: 'acknowledged' } },
      {
        day: 9,
        by: 'tomas',
        change: { status: 'resolved', note: 'An extra round on Saturday evenings begins this week.' },
      },
      {
        day: 5,
        by: 'leila',
        change: { status: 'in_progress', note: 'Last Saturday nobody came. It looked as before.' },
      },
    ],
  },
  {
    ...{ day: 10, by: 'ivan', scenes: [] },
    complaint: {
      ...{ title: 'Neighbour practises the trumpet', category: 'noise', location: 'Linden Court 3' },
      description: 'Every day from five to six in the afternoon. It is always the same piece.',
    },
    steps: [
      {
        day: 9,
        by: 'yuki',
        change: {
          status: 'rejected',
          note: 'An hour of music in the afternoon is within the house rules; please talk to your neighbour.',
        },
      },
    ],
  },
  {
    ...{ day: 6, by: 'amara', scenes: ['graffiti'] },
    complaint: {
      ...{
        title: 'Graffiti on the wall of the library',
        category: 'other',
        location: 'Library, Castle Street',
        anonymous: 'true',
      },
      description: 'New since Tuesday, along the whole wall towards the car park.',
    },
    steps: [
      { day: 5, by: 'tomas', change: { status: 'in_progress', progress: 20, assignedTo: 'tomas' } },
      {
        day: 4,
        by: 'tomas',
        change: { status: 'resolved', note: 'Cleaned this morning, and coated for the next time.' },
      },
    ],
  },
  {
    ...{ day: 4, by: 'pieter', scenes: ['puddle'] },
    complaint: {
      ...{
        title: 'Blocked drain floods the cycle path',
        category: 'water',
        location: 'River path, below the iron bridge',
      },
      ...{ latitude: '52.5096', longitude: '13.3760' },
      description: 'After every shower the path is under water for a day or two, from side to side.',
    },
    steps: [{ day: 3, by: 'yuki', change: { status: 'acknowledged', assignedTo: 'yuki' } }],
  },
  {
    ...{ day: 3, by: 'ivan', scenes: ['bench'] },
    complaint: {
      ...{ title: 'My neighbour is a thief', category: 'other', location: 'Linden Court 5' },
      description: 'Everybody in the house knows it, and here is a broken bench to prove it.',
    },
    steps: [
      {
        day: 2,
        by: 'greta',
        change: { hidden: true, internalNote: 'Names a private person. Hidden until we have talked to the reporter.' },
      },
    ],
  },
  {
    ...{ day: 1, by: 'leila', scenes: ['bench', 'bench', 'pothole'] },
    complaint: {
      ...{ title: 'Broken bench in the rose garden', location: 'City park, rose garden' },
      description: 'One of the planks has come off and a nail sticks out.',
    },
    steps: [],
  },
  {
    ...{ day: 0, by: 'amara', scenes: ['lamp'] },
    complaint: {
      ...{ title: 'Two lamps flicker in Station Road', category: 'lighting', location: 'Station Road 40 to 44' },
      description: 'They go on and off every few seconds, which is hard to bear in the bedrooms across the street.',
    },
    steps: [],
  },
];
