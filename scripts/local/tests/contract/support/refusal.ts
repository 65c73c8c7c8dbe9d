import { AppwriteException } from 'node-appwrite';

/** Status and type of the refusal, as one line that reads well in an assertion. */
export async function refusal<T>(call: Promise<T>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof AppwriteException) return `${error.code} ${error.type}`;
    throw error;
  }
  return 'not refused';
}
