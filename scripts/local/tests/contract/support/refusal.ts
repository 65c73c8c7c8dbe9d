import { AppwriteException } from 'node-appwrite';

/** Status and type of the error as one line; 'not refused' if the call succeeds. */
export async function refusal<T>(call: Promise<T>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof AppwriteException) return `${error.code} ${error.type}`;
    throw error;
  }
  return 'not refused';
}
