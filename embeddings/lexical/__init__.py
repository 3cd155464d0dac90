"""Rows that share words with a text: BM25 between 0 and 1 among the rows that a caller may see.

    index = LexicalIndex()
    index.put(rows, texts); index.remove(rows); index.commit()      # changes are seen from the commit on
    rows, bm25n = index.search("固态电池", k=50, allowed=BitMap([...]))
    index.scores("固态电池", rows)                                   # of given rows, 0 where no word is shared
    index.save(folder); LexicalIndex.open(folder)

BM25n is BM25 divided by the most that the query could reach, (k1 + 1) times the sum of its weights: 0 where no word is
shared, and comparable between queries, so that it can be added to a cosine. Every number that goes into it comes from
the rows of this index alone, as they are now: rows removed leave no trace. Keep one index for each level of secrecy.

Why not tantivy: it has no way to score given rows or to keep its statistics to an allowed set, counts removed rows
until segments merge, and finds through a set of 50,000 allowed rows only one by one. `docs/search.md` has the figures.
"""

from embeddings.lexical.asked import Asked
from embeddings.lexical.index import LexicalIndex

__all__ = ["Asked", "LexicalIndex"]
