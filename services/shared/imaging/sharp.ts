// sharp, set for a process that gets a fraction of a core and sees each picture once.
import sharp from 'sharp';

// libvips would start a thread for every core of the host, which the container's share of a core then slows down one by one.
// Pictures that are worked on at the same time still run beside each other, on Node's thread pool.
sharp.concurrency(1);
// Its cache of operations only pays where a file is opened again.
sharp.cache(false);

export default sharp;
