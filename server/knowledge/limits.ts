/** Most bytes of an uploaded file, by what reads it: text is text throughout, PDF and DOCX carry pictures along. */
export const MOST_TEXT_FILE_BYTES = 5 * 1024 * 1024;
export const MOST_UPLOAD_BYTES = 25 * 1024 * 1024;
/** A file of text up to this size is cut and stored while its upload is answered; what is larger goes to the ingester. */
export const MOST_BYTES_AT_ONCE = 256 * 1024;

export const MOST_DOCUMENTS_PER_BASE = 2_000;
export const MOST_TEXT_CHARACTERS = 2_000_000;
/** What two million characters come to, with their overlap and short pages. */
export const MOST_CHUNKS_PER_DOCUMENT = 5_000;
export const MOST_PAGES = 2_000;
/** A page of a book has 3,000 characters; one past this is no page. */
export const MOST_CHARACTERS_PER_PAGE = 200_000;
/** What a DOCX file may unpack to. */
export const MOST_UNPACKED_BYTES = 100 * 1024 * 1024;

/** Pages that are read and stored in one go: what a crash loses at most. */
export const PAGES_PER_BATCH = 10;
/** Passages that one call of an embedding provider takes; OpenAI takes 2,048 and Google 100. */
export const CHUNKS_PER_EMBEDDING = 64;

export const MOST_QUESTION_CHARACTERS = 500;
export const MOST_ANSWER_CHARACTERS = 4_000;
export const MOST_PAIRS_PER_DOCUMENT = 500;
