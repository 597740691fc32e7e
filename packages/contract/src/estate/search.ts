/** The search over everything in the estate. */
import { type Static, Type } from 'typebox';
import { KindName } from './api.ts';

/** Most results of one search. */
export const maxResults = 50;

export const SearchResult = Type.Object(
  {
    kind: KindName,
    id: Type.String(),
    name: Type.String({ description: 'The id, where there is no name or the asker may not see it.' }),
    detail: Type.String({ description: 'Whose it is, and what was found where that is not the name.' }),
    academy: Type.Union([Type.String(), Type.Null()], { description: 'Id of the academy; null = of the trust.' }),
  },
  { $id: 'SearchResult' },
);
export type SearchResult = Static<typeof SearchResult>;

export const SearchResults = Type.Object({
  results: Type.Array(SearchResult, { maxItems: maxResults, description: 'Best first.' }),
});
export type SearchResults = Static<typeof SearchResults>;

export const SearchQuery = Type.Object({
  q: Type.String({ minLength: 1, maxLength: 100, description: 'What to look for; each word of it must be found.' }),
});
export type SearchQuery = Static<typeof SearchQuery>;
