"""The child process of the tests' workers."""

import yard_worker

from modelyard.runs import child_work

if __name__ == "__main__":
    child_work.main(lambda _: yard_worker.kinds())
