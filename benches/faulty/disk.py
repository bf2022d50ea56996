"""A disk as a power cut would have left it: what was synced is there, of the rest any part may be."""

import os
import random
import shutil

SECTOR = 512


def journal(path):
    """What was done to the files, in order: (what, nanoseconds, offset, bytes, name)."""
    done = []
    with open(path, "rb") as file:
        while line := file.readline():
            if not line.endswith(b"\n"):
                break
            what, at, offset, count, name = line.rstrip(b"\n").decode().split(" ", 4)
            done.append((what, int(at), int(offset), file.read(int(count)), name))
    return done


def put(content, offset, data):
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset:offset + len(data)] = data


def torn(data, dice):
    """A write of which only some sectors came to the disk."""
    return [(at, data[at:at + SECTOR]) for at in range(0, len(data), SECTOR) if dice.random() < 0.5]


def left_by_a_cut(before, done, cut, folder, seed):
    """Makes a folder of what was there before and what was done until the cut."""
    dice = random.Random(seed)
    shutil.copytree(before, folder)
    files = {}
    for name in os.listdir(folder):
        if name.endswith("-shm"):
            os.remove(f"{folder}/{name}")
        else:
            with open(f"{folder}/{name}", "rb") as file:
                files[name] = bytearray(file.read())
    done = [one for one in done if one[1] <= cut]
    last_sync = {}
    for number, (what, _, _, _, name) in enumerate(done):
        if what == "S":
            last_sync[name] = number
    for number, (what, _, offset, data, name) in enumerate(done):
        is_safe = number < last_sync.get(name, -1)
        if what == "R":
            # A rename is in order with what the file system keeps of both names.
            files[data.decode()] = files.pop(name, bytearray())
        elif what == "T" and (is_safe or dice.random() < 0.5):
            content = files.setdefault(name, bytearray())
            del content[offset:]
        elif what == "W":
            content = files.setdefault(name, bytearray())
            for at, part in [(0, data)] if is_safe else torn(data, dice):
                put(content, offset + at, part)
    for name, content in files.items():
        with open(f"{folder}/{name}", "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(content)
