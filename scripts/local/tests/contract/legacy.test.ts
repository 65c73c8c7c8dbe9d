import { Databases } from 'node-appwrite';
import { describe, expect, it } from 'vitest';
import { useContract } from './support/contract.ts';
import { notes } from './support/make-tables.ts';
import { uniqueName } from './support/names.ts';
import { refusal } from './support/refusal.ts';

const contract = useContract({ tables: [notes] });
const { databaseId } = contract;
const place = { databaseId, collectionId: 'notes' };
const databases = () => new Databases(contract.client);

describe('the older API', () => {
  it('shows the same rows as documents', async () => {
    const id = uniqueName();
    const made = await databases().createDocument({ ...place, documentId: id, data: { title: id, number: 1 } });
    expect(made).toMatchObject({ $id: id, $databaseId: databaseId, $collectionId: 'notes', title: id });
    expect(made).not.toHaveProperty('$tableId');
    const row = await contract.tables.getRow({ databaseId, tableId: 'notes', rowId: id });
    expect(row).toMatchObject({ $id: id, $tableId: 'notes', number: 1, $sequence: made.$sequence });
    await databases().updateDocument({ ...place, documentId: id, data: { number: 2 } });
    await databases().deleteDocument({ ...place, documentId: id });
    expect(await refusal(databases().getDocument({ ...place, documentId: id }))).toBe('404 document_not_found');
  });

  it('has error types of its own', async () => {
    const id = uniqueName();
    const create = (data: object) => databases().createDocument({ ...place, documentId: id, data: data as never });
    expect(await refusal(create({ title: id, colour: 'red' }))).toBe('400 document_invalid_structure');
    expect(await refusal(create({}))).toBe('400 document_missing_data');
    await create({ title: id });
    expect(await refusal(create({ title: uniqueName() }))).toBe('409 document_already_exists');
    const elsewhere = databases().listDocuments({ ...place, collectionId: 'none' });
    expect(await refusal(elsewhere)).toBe('404 collection_not_found');
  });
});
