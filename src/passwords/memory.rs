//! The memory that hashing works in: made once for each turn, wiped after each use and kept.
//!
//! Given back to the allocator, it would stay taken for every thread that ever hashed.

use argon2::Block;
use std::sync::{Mutex, PoisonError};
use zeroize::Zeroize;

/// Blocks of memory that wait for their next use.
#[derive(Default)]
pub(super) struct Memories(Mutex<Vec<Vec<Block>>>);

/// Memory in use; goes back, wiped, when it is dropped.
pub(super) struct Memory<'a> {
    blocks: Vec<Block>,
    used: usize,
    home: &'a Memories,
}

impl Memories {
    /// Memory of so many blocks.
    pub(super) fn take(&self, blocks: usize) -> Memory<'_> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut kept = kept.unwrap_or_default();
        if kept.len() < blocks {
            kept.resize(blocks, Block::new());
        }
        Memory { blocks: kept, used: blocks, home: self }
    }
}

impl AsMut<[Block]> for Memory<'_> {
    fn as_mut(&mut self) -> &mut [Block] {
        self.blocks.get_mut(..self.used).unwrap_or_default()
    }
}

impl Drop for Memory<'_> {
    fn drop(&mut self) {
        for block in self.as_mut() {
            block.zeroize();
        }
        let blocks = std::mem::take(&mut self.blocks);
        self.home.0.lock().unwrap_or_else(PoisonError::into_inner).push(blocks);
    }
}
