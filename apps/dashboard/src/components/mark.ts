/** How states are drawn. */

/** An outline for each state, so that it is known without its colour. */
export const shapes = {
  disc: 'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1z',
  triangle: 'M8 .9a1 1 0 0 1 .87.5l6.6 11.8A1 1 0 0 1 14.6 14.7H1.4a1 1 0 0 1-.87-1.5L7.13 1.4A1 1 0 0 1 8 .9z',
  octagon: 'M5 .8h6L15.2 5v6L11 15.2H5L.8 11V5z',
  diamond: 'M8 .3L15.7 8 8 15.7.3 8z',
  square: 'M3.5 1h9A2.5 2.5 0 0 1 15 3.5v9a2.5 2.5 0 0 1-2.5 2.5h-9A2.5 2.5 0 0 1 1 12.5v-9A2.5 2.5 0 0 1 3.5 1z',
  /** Broken: nothing is known. */
  ring: '',
} as const;

/** What is drawn on it. */
export const signs = {
  none: '',
  tick: 'M4.8 8.3l2.2 2.2 4.2-4.6',
  cross: 'M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6',
  exclamation: 'M8 5.6v4M8 12v.2',
  arrow: 'M5 9.8V8a1.6 1.6 0 0 1 1.6-1.6h4M8.8 4.4l2 2-2 2',
  spanner: 'M4.4 11.6l4.2-4.2M8.2 4.6a2.4 2.4 0 0 0 3.2 3.2',
  bar: 'M4.6 8h6.8',
  question: 'M6.3 6.4a1.8 1.8 0 1 1 2.6 1.7c-.6.3-.9.7-.9 1.3M8 11.4v.2',
} as const;

export interface MarkLook {
  readonly shape: keyof typeof shapes;
  readonly sign: keyof typeof signs;
  /** A colour of tokens.css, without its dashes. */
  readonly colour: 'reporting' | 'silent' | 'awaiting' | 'high' | 'full' | 'accent';
}
