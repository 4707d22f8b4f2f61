// Icons that only later parts of the page draw.

export const PIN = 'M9 3.5h6l-.6 6 3.1 3.4v1.6h-11v-1.6l3.1-3.4L9 3.5ZM12 14.5v6';
export const SMILE =
  'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 1 0 0-17ZM8.5 14.2c.9 1.3 2.1 1.9 3.5 1.9s2.6-.6 3.5-1.9M9 9.7v.01M15 9.7v.01';
export const FORK =
  'M6.5 3.5a2 2 0 1 0 0 4 2 2 0 1 0 0-4ZM17.5 3.5a2 2 0 1 0 0 4 2 2 0 1 0 0-4ZM12 16.5a2 2 0 1 0 0 4 2 2 0 1 0 0-4ZM6.5 7.5c0 4 5.5 3.5 5.5 9M17.5 7.5c0 4-5.5 3.5-5.5 9';
export const SHARE = 'M12 14.5V3.5M8 7l4-4 4 4M5.5 12.5V18A2.5 2.5 0 0 0 8 20.5h8a2.5 2.5 0 0 0 2.5-2.5v-5.5';
