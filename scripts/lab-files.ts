// Where the files that define the running lab are, which may be others than those of the repository: GUV_FOLDER and GRAPH_FOLDER.
import { join } from 'node:path';
import { composeVariables } from './local/local-lab.ts';

/** Each with the variable that names its folder. */
const FOLDERS = { 'guv.yaml': 'GUV_FOLDER', 'service.fbp': 'GRAPH_FOLDER' } as const;

export type LabFile = keyof typeof FOLDERS;

export const LAB_FILES = Object.keys(FOLDERS) as LabFile[];

/** Its path, from the folder of docker-compose.yml. */
export const pathOf = (file: LabFile): string => join(composeVariables('.', process.env)[FOLDERS[file]] || '.', file);
