import { managementErrors } from './management-errors.ts';

/** The error types of Appwrite 1.9.6 that are used here: [HTTP status, default message]; `%s` is replaced by the id. */
const catalogue = {
  general_argument_invalid: [400, 'The request contains one or more invalid arguments.'],
  general_bad_request: [400, 'There was an error processing your request. Please check the inputs and try again.'],
  general_cursor_not_found: [400, 'The cursor is invalid. This can happen if the item it represents was deleted.'],
  general_not_implemented_locally: [501, 'The local Appwrite does not answer this call.'],
  general_query_invalid: [400, "The query's syntax is invalid. Please check the query and try again."],
  general_rate_limit_exceeded: [
    429,
    'Rate limit for the current endpoint has been exceeded. Please try again after some time.',
  ],
  general_route_not_found: [404, 'Route not found. Please ensure the endpoint is configured correctly.'],
  general_server_error: [500, 'An internal server error occurred.'],
  general_unauthorized_scope: [
    401,
    'The current user or API key does not have the required scopes to access the requested resource.',
  ],
  general_unknown_origin: [403, 'The request originated from an unknown origin.'],
  general_unknown: [500, 'An unknown error has occurred. Please check the logs for more information.'],
  user_unauthorized: [401, 'The current user is not authorized to perform the requested action.'],
  project_id_missing: [403, 'Project ID is missing. Please check the X-Appwrite-Project header.'],
  user_jwt_invalid: [401, 'The JWT token is invalid. Please check the value of the X-Appwrite-JWT header.'],
  key_already_exists: [409, 'Key with the same ID already exists in this project. Try again with a different ID.'],
  project_not_found: [
    404,
    'Project with the requested ID could not be found. Please check the X-Appwrite-Project header.',
  ],
  database_not_found: [404, "Database with the requested ID '%s' could not be found."],
  database_query_order_null: [
    400,
    "The order column '%s' had a null value. Cursor pagination requires all rows order column values are non-null.",
  ],
  table_not_found: [404, "Table with the requested ID '%s' could not be found."],
  collection_not_found: [404, "Collection with the requested ID '%s' could not be found."],
  row_not_found: [404, "Row with the requested ID '%s' could not be found."],
  document_not_found: [404, "Document with the requested ID '%s' could not be found."],
  row_already_exists: [
    409,
    "Row with the requested ID '%s' already exists. Try again with a different ID or use ID.unique().",
  ],
  document_already_exists: [
    409,
    "Document with the requested ID '%s' already exists. Try again with a different ID or use ID.unique().",
  ],
  row_update_conflict: [409, 'Remote row is newer than local.'],
  document_update_conflict: [409, 'Remote document is newer than local.'],
  row_invalid_structure: [400, 'The row structure is invalid. Please ensure the columns match the table definition.'],
  document_invalid_structure: [
    400,
    'The document structure is invalid. Please ensure the attributes match the collection definition.',
  ],
  row_missing_data: [400, 'The row data is missing. Try again with row data populated.'],
  document_missing_data: [400, 'The document data is missing. Try again with document data populated'],
  row_missing_payload: [
    400,
    'The row data and permissions are missing. You must provide either row data or permissions to be updated.',
  ],
  document_missing_payload: [
    400,
    'The document data and permissions are missing. You must provide either document data or permissions to be updated.',
  ],
  column_limit_exceeded: [400, "The column '%s' has reached its limit."],
  attribute_limit_exceeded: [400, "The attribute '%s' has reached its limit."],
  attribute_type_invalid: [400, "The attribute '%s' type is invalid."],
  column_not_found: [404, "Column with the requested key '%s' could not be found."],
  attribute_not_found: [404, "Attribute with the requested key '%s' could not be found."],
  transaction_not_found: [404, "Transaction with the requested ID '%s' could not be found."],
  transaction_not_ready: [400, 'The transaction is not ready yet. Please try again later.'],
  transaction_expired: [500, 'The transaction has expired. Please create a new transaction and try again.'],
  transaction_failed: [400, 'The transaction failed.'],
  transaction_conflict: [409, 'The transaction has a conflict. Please resolve the conflict and try again.'],
  transaction_limit_exceeded: [400, 'The maximum number of operations per transaction has been exceeded.'],
  storage_bucket_not_found: [404, 'Storage bucket with the requested ID could not be found.'],
  storage_file_not_found: [404, 'The requested file could not be found.'],
  storage_file_already_exists: [409, 'A storage file with the requested ID already exists.'],
  storage_file_empty: [400, 'Empty file passed to the endpoint.'],
  storage_file_type_unsupported: [400, 'The given file extension is not supported.'],
  storage_invalid_file_size: [400, 'The file size is either not valid or exceeds the maximum allowed size.'],
  storage_invalid_content_range: [
    400,
    'The content range is invalid. Please check the value of the Content-Range header.',
  ],
  storage_invalid_appwrite_id: [400, 'The value for x-appwrite-id header is invalid.'],
  storage_invalid_range: [416, 'The requested range is not satisfiable. Please check the value of the Range header.'],
  token_not_found: [404, 'The requested file token could not be found.'],
  token_expired: [401, 'The requested file token has expired.'],
  function_not_found: [404, 'Function with the requested ID could not be found.'],
  function_synchronous_timeout: [
    408,
    "Synchronous function execution timed out. Use asynchronous execution instead, or ensure the execution duration doesn't exceed 30 seconds.",
  ],
  function_execute_permission_missing: [
    401,
    'To execute function using domain, execute permissions must include "any" or "guests".',
  ],
  execution_not_found: [404, 'Execution with the requested ID could not be found.'],
  execution_in_progress: [
    400,
    "Can't delete ongoing execution. Please wait for execution to finish before deleting it.",
  ],
  deployment_not_found: [404, 'Deployment not found. Create a deployment before trying to execute a function'],
  ...managementErrors,
} as const satisfies Record<string, readonly [number, string]>;

export type ErrorType = keyof typeof catalogue;

export class ApiError extends Error {
  readonly type: string;
  readonly status: number;
  readonly headers: Record<string, string>;

  constructor(type: ErrorType, message?: string, headers: Record<string, string> = {}) {
    super(message ?? catalogue[type][1]);
    this.type = type;
    this.status = catalogue[type][0];
    this.headers = headers;
  }
}

/** The error with its default message about the object with this id. */
export function errorWithId(type: ErrorType, id: string): ApiError {
  return new ApiError(type, catalogue[type][1].replace('%s', id));
}

/** An error that Appwrite builds wrongly: its type is an explanation, or its status is not the one of its type. */
export class MalformedAppwriteError extends Error {
  readonly type: string;
  readonly status: number;

  constructor(type: string, status: number) {
    super('Server Error');
    this.type = type;
    this.status = status;
  }
}

export function invalidParam(name: string, rule: string): ApiError {
  return new ApiError('general_argument_invalid', `Invalid \`${name}\` param: ${rule}`);
}
