//! `Machine`: the stack machine of pickles, with the opcodes that build data and none that call what the file names.

use super::globals::Global;
use super::heap::{Heap, Id, MAX_NODES, Node};
use super::input::Input;
use crate::state::FileError;
use indexmap::IndexMap;
use std::collections::HashMap;

pub(super) struct Machine<'b> {
    input: Input<'b>,
    pub(super) heap: Heap,
    stack: Vec<Id>,
    /// How high the stack was at each mark.
    marks: Vec<usize>,
    memo: HashMap<u32, Id>,
}

impl<'b> Machine<'b> {
    /// Runs a pickle to its end.
    pub(super) fn run(bytes: &'b [u8]) -> Result<Heap, FileError> {
        let (storages, tensors) = (IndexMap::new(), Vec::new());
        let heap = Heap { nodes: Vec::new(), root: 0, size: bytes.len(), storages, tensors };
        let input = Input::new(bytes);
        let mut machine = Machine { input, heap, stack: Vec::new(), marks: Vec::new(), memo: HashMap::new() };
        loop {
            let at = machine.input.at();
            match machine.step() {
                Ok(None) => {}
                Ok(Some(root)) => return Ok(Heap { root, ..machine.heap }),
                Err(FileError::Damaged { place, why }) => {
                    return Err(FileError::Damaged { place, why: format!("at byte {at} of the pickle, {why}") });
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// One opcode; the last one gives the result.
    fn step(&mut self) -> Result<Option<Id>, FileError> {
        match self.input.u8()? {
            // PROTO, FRAME: 5 is the highest protocol there is; frames are for readers of streams.
            0x80 => match self.input.u8()? {
                2..=5 => {}
                version => return Err(FileError::unsupported(format!("pickles of protocol {version} are not read"))),
            },
            0x95 => drop(self.input.u64()?),
            // STOP
            b'.' => return self.pop().map(Some),
            // MARK, POP, POP_MARK, DUP
            b'(' => self.marks.push(self.stack.len()),
            b'0' => drop(self.pop()?),
            b'1' => drop(self.pop_mark()?),
            b'2' => {
                let top = self.pop()?;
                self.stack.extend([top, top]);
            }
            // NONE, NEWTRUE, NEWFALSE
            b'N' => self.push(Node::None)?,
            0x88 => self.push(Node::Bool(true))?,
            0x89 => self.push(Node::Bool(false))?,
            // BININT, BININT1, BININT2, LONG1, LONG4, BINFLOAT
            b'J' => {
                let x = self.input.i32()?;
                self.push(Node::Int(x.into()))?;
            }
            b'K' => {
                let x = self.input.u8()?;
                self.push(Node::Int(x.into()))?;
            }
            b'M' => {
                let x = self.input.u16()?;
                self.push(Node::Int(x.into()))?;
            }
            0x8a => {
                let count = self.input.u8()?;
                self.push_long(count.into())?;
            }
            0x8b => {
                let count = self.input.u32()?;
                self.push_long(count.into())?;
            }
            b'G' => {
                let x = self.input.f64()?;
                self.push(Node::Float(x))?;
            }
            // SHORT_BINUNICODE, BINUNICODE, BINUNICODE8
            0x8c => {
                let count = self.input.u8()?;
                self.push_text(count.into())?;
            }
            b'X' => {
                let count = self.input.u32()?;
                self.push_text(count.into())?;
            }
            0x8d => {
                let count = self.input.u64()?;
                self.push_text(count)?;
            }
            // EMPTY_LIST, EMPTY_TUPLE, EMPTY_DICT
            b']' => self.push(Node::List(Vec::new()))?,
            b')' => self.push(Node::Tuple(Box::default()))?,
            b'}' => self.push(Node::Dict(Vec::new()))?,
            // TUPLE1, TUPLE2, TUPLE3, TUPLE, LIST, DICT
            0x85 => self.push_tuple(1)?,
            0x86 => self.push_tuple(2)?,
            0x87 => self.push_tuple(3)?,
            b't' => {
                let items = self.pop_mark()?;
                self.push(Node::Tuple(items.into()))?;
            }
            b'l' => {
                let items = self.pop_mark()?;
                self.push(Node::List(items))?;
            }
            b'd' => {
                let entries = pairs(&self.pop_mark()?)?;
                self.push(Node::Dict(entries))?;
            }
            // APPEND, APPENDS, SETITEM, SETITEMS
            b'a' => {
                let item = self.pop()?;
                self.list()?.push(item);
            }
            b'e' => {
                let items = self.pop_mark()?;
                self.list()?.extend(items);
            }
            b's' => {
                let (value, key) = (self.pop()?, self.pop()?);
                self.dict()?.push((key, value));
            }
            b'u' => {
                let entries = pairs(&self.pop_mark()?)?;
                self.dict()?.extend(entries);
            }
            // BINPUT, LONG_BINPUT, MEMOIZE, BINGET, LONG_BINGET
            b'q' => {
                let key = self.input.u8()?;
                self.put(key.into())?;
            }
            b'r' => {
                let key = self.input.u32()?;
                self.put(key)?;
            }
            0x94 => self.put(self.memo.len() as u32)?,
            b'h' => {
                let key = self.input.u8()?;
                self.get(key.into())?;
            }
            b'j' => {
                let key = self.input.u32()?;
                self.get(key)?;
            }
            // GLOBAL, STACK_GLOBAL, REDUCE, BUILD, BINPERSID
            b'c' => {
                let global = Global::of(self.input.line()?, self.input.line()?)?;
                self.push(Node::Global(global))?;
            }
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                let global = match (self.heap.node(module), self.heap.node(name)) {
                    (Node::Text(module), Node::Text(name)) => Global::of(module, name)?,
                    _ => return Err(FileError::damaged("a name is not a text")),
                };
                self.push(Node::Global(global))?;
            }
            b'R' => {
                let (arguments, function) = (self.pop()?, self.pop()?);
                self.reduce(function, arguments)?;
            }
            b'b' => {
                // Attributes of an ordered dictionary: the versions of the modules, which decide nothing here.
                let (_attributes, object) = (self.pop()?, self.top()?);
                if !matches!(self.heap.node(object), Node::Dict(_)) {
                    return Err(FileError::unsupported("it gives attributes to something other than a dictionary"));
                }
            }
            b'Q' => {
                let id = self.pop()?;
                self.persistent(id)?;
            }
            opcode => {
                let why = format!("the opcode {opcode:#04x} is none that builds a state of tensors and numbers");
                return Err(FileError::unsupported(why));
            }
        }
        Ok(None)
    }

    pub(super) fn push(&mut self, node: Node) -> Result<(), FileError> {
        if self.heap.nodes.len() == MAX_NODES {
            return Err(FileError::unsupported(format!("more than {MAX_NODES} values")));
        }
        self.stack.push(self.heap.nodes.len() as Id);
        self.heap.nodes.push(node);
        Ok(())
    }

    /// Puts an object there is on top.
    pub(super) fn push_id(&mut self, id: Id) {
        self.stack.push(id);
    }

    fn push_long(&mut self, count: u64) -> Result<(), FileError> {
        let x = self.input.long(count)?;
        self.push(Node::Int(x))
    }

    fn push_text(&mut self, count: u64) -> Result<(), FileError> {
        let text = self.input.text(count)?;
        self.push(Node::Text(text.into()))
    }

    fn push_tuple(&mut self, count: usize) -> Result<(), FileError> {
        let mut items = Vec::with_capacity(count);
        for _ in 0..count {
            items.push(self.pop()?);
        }
        items.reverse();
        self.push(Node::Tuple(items.into()))
    }

    /// The object on top, which must not lie below the last mark.
    fn top(&self) -> Result<Id, FileError> {
        let floor = self.marks.last().copied().unwrap_or(0);
        match self.stack.last() {
            Some(&top) if self.stack.len() > floor => Ok(top),
            _ => Err(FileError::damaged("the stack is empty")),
        }
    }

    fn pop(&mut self) -> Result<Id, FileError> {
        let top = self.top()?;
        self.stack.pop();
        Ok(top)
    }

    /// All objects above the last mark.
    fn pop_mark(&mut self) -> Result<Vec<Id>, FileError> {
        let mark = self.marks.pop().ok_or_else(|| FileError::damaged("there is no mark"))?;
        Ok(self.stack.split_off(mark))
    }

    fn list(&mut self) -> Result<&mut Vec<Id>, FileError> {
        let top = self.top()?;
        match &mut self.heap.nodes[top as usize] {
            Node::List(items) => Ok(items),
            other => Err(FileError::damaged(format!("{} takes no items", other.kind()))),
        }
    }

    fn dict(&mut self) -> Result<&mut Vec<(Id, Id)>, FileError> {
        let top = self.top()?;
        match &mut self.heap.nodes[top as usize] {
            Node::Dict(entries) => Ok(entries),
            other => Err(FileError::damaged(format!("{} takes no entries", other.kind()))),
        }
    }

    fn put(&mut self, key: u32) -> Result<(), FileError> {
        let top = self.top()?;
        self.memo.insert(key, top);
        Ok(())
    }

    fn get(&mut self, key: u32) -> Result<(), FileError> {
        let id = self.memo.get(&key).ok_or_else(|| FileError::damaged(format!("nothing was remembered as {key}")))?;
        self.stack.push(*id);
        Ok(())
    }
}

fn pairs(items: &[Id]) -> Result<Vec<(Id, Id)>, FileError> {
    match items.as_chunks::<2>() {
        (pairs, []) => Ok(pairs.iter().map(|&[key, value]| (key, value)).collect()),
        _ => Err(FileError::damaged("a key has no value")),
    }
}
