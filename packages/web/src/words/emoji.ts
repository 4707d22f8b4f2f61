// The texts of the emoji panel, in English. The names of the emoji come with their table.

export const emojiTexts = {
  search: 'Search emoji',
  groups: 'Groups',
  group: {
    recent: 'Recent in this tab',
    faces: 'Faces and people',
    nature: 'Animals and nature',
    food: 'Food and drink',
    places: 'Travel and places',
    things: 'Activities and objects',
    signs: 'Symbols and flags',
  },
  found: 'Results',
  notFound: 'No emoji found.',
  tone: 'Skin tone',
  tones: ['Default', 'Light', 'Medium-light', 'Medium', 'Medium-dark', 'Dark'],
} as const;
