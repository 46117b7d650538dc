//! The promises of the loader: each index once, the same bits for any number of workers, resumption, bounds, errors and panics.

use super::*;
use crate::data::{Items, RandomHorizontalFlip, TensorDataset, Weighted};
use autograd_core::Tensor;
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Barrier, mpsc};
use std::thread;
use std::time::{Duration, Instant};

fn numbers(n: i64) -> Items<i64> {
    (0..n).collect()
}

/// The numbers that an epoch brings, batch by batch.
fn batches(epoch: Epoch<Tensor<i64>>) -> Vec<Vec<i64>> {
    epoch.map(|batch| batch.unwrap().to_vec()).collect()
}

#[test]
fn an_epoch_brings_each_item_once_in_an_order_of_its_own() {
    for (items, size) in [(0, 3), (1, 3), (3, 3), (10, 3), (12, 3), (7, 100)] {
        let loader = DataLoader::new(numbers(items), size).shuffle(4);
        let mut orders = HashSet::new();
        for epoch in 0..3 {
            let mut found = batches(loader.epoch(epoch)).concat();
            orders.insert(found.clone());
            found.sort_unstable();
            assert_eq!(found, numbers(items).0);
        }
        assert!(items < 7 || orders.len() == 3);
        assert_eq!(loader.len(), (items as usize).div_ceil(size));
    }
    assert_eq!(batches(DataLoader::new(numbers(5), 2).epoch(7)), [vec![0, 1], vec![2, 3], vec![4]]);
}

#[test]
fn a_smaller_last_batch_can_be_left_out() {
    let loader = DataLoader::new(numbers(11), 4).drop_last();
    assert_eq!((loader.len(), batches(loader.epoch(0))), (2, vec![vec![0, 1, 2, 3], vec![4, 5, 6, 7]]));
    assert!(DataLoader::new(numbers(3), 4).drop_last().is_empty());
    assert_eq!(DataLoader::new(numbers(8), 4).drop_last().len(), 2);
}

#[test]
fn a_weighted_sampler_decides_the_length() {
    let loader = DataLoader::new(numbers(3), 4).sampler(Weighted::new([0.0, 1.0, 1.0], 10)).seed(2);
    let found = batches(loader.epoch(0)).concat();
    assert!(found.len() == 10 && loader.len() == 3 && !found.contains(&0));
    assert_ne!(found, batches(loader.epoch(1)).concat());
}

/// A loader with random choices of each kind: order, items, batches.
fn random(workers: usize, ahead: usize) -> DataLoader<Tensor> {
    let x = Tensor::<f32>::arange(23 * 6).reshape([23, 1, 2, 3]);
    let data = TensorDataset::new(x, Tensor::indices(23))
        .transform(RandomHorizontalFlip::default())
        .augment(|(x, _), generator| x.zip(&Tensor::normal([1, 2, 3], 0.0, 0.1, generator), |x, y: f32| x + y));
    DataLoader::new(data, 4)
        .shuffle(11)
        .workers(workers)
        .prefetch(ahead)
        .map_batches(|x, generator| x.zip(&Tensor::uniform(x.shape().clone(), 0.0, 1.0, generator), |x, y: f32| x * y))
}

fn bits(epoch: Epoch<Tensor>) -> Vec<Vec<u32>> {
    epoch.map(|batch| batch.unwrap().to_vec().into_iter().map(f32::to_bits).collect()).collect()
}

#[test]
fn the_number_of_workers_changes_no_bit() {
    let alone: Vec<_> = (0..3).map(|epoch| bits(random(0, 1).epoch(epoch))).collect();
    assert!(alone[0] != alone[1] && alone[1] != alone[2]);
    for (workers, ahead) in [(1, 1), (1, 8), (4, 1), (4, 3), (4, 100)] {
        let loader = random(workers, ahead);
        let found: Vec<_> = (0..3).map(|epoch| bits(loader.epoch(epoch))).collect();
        assert_eq!(found, alone, "{workers} workers, {ahead} ahead");
    }
}

#[test]
fn a_resumed_run_gets_what_would_have_come() {
    let whole = bits(random(0, 1).epoch(6));
    for stop in 0..=whole.len() {
        for workers in [0, 1, 4] {
            let loader = random(workers, 3);
            let mut epoch = loader.epoch(6);
            let mut found = bits_of(epoch.by_ref().take(stop));
            let state = LoaderState::from_array(epoch.state().to_array());
            assert_eq!((state.batch, epoch.len()), (stop, whole.len() - stop));
            drop(epoch);
            let resumed = random(workers, 3).resume(state).unwrap();
            assert_eq!(resumed.len(), whole.len() - stop);
            found.extend(bits(resumed));
            assert_eq!(found, whole, "stopped before batch {stop}, {workers} workers");
        }
    }
}

fn bits_of(batches: impl Iterator<Item = Result<Tensor, DataError>>) -> Vec<Vec<u32>> {
    batches.map(|batch| batch.unwrap().to_vec().into_iter().map(f32::to_bits).collect()).collect()
}

#[test]
fn a_state_of_another_loader_is_refused() {
    let state = DataLoader::new(numbers(10), 3).shuffle(1).epoch(0).state();
    let says = |loader: DataLoader<Tensor<i64>>, state| loader.resume(state).unwrap_err().to_string();
    let help = "make the loader as it was when the state was taken";
    assert_eq!(
        says(DataLoader::new(numbers(10), 3).shuffle(2), state),
        format!("state of a data loader: its seed is 1, the loader's is 2; {help}")
    );
    assert!(says(DataLoader::new(numbers(10), 4).shuffle(1), state).contains("its batch size is 3"));
    assert!(says(DataLoader::new(numbers(11), 3).shuffle(1), state).contains("its number of items is 10"));
    let beyond = LoaderState { batch: 5, ..state };
    assert!(says(DataLoader::new(numbers(10), 3).shuffle(1), beyond).contains("batch 5, an epoch has 4"));
}

/// Waits until `holds`, which must come true.
fn wait(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(60), "{what} does not come true");
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn workers_run_ahead_as_far_as_they_may_and_no_further() {
    let made = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&made);
    let data = numbers(50).map(move |n| {
        counter.fetch_add(1, Ordering::SeqCst);
        n
    });
    let mut epoch = DataLoader::new(data, 1).workers(3).prefetch(5).epoch(0);
    for taken in 0..10 {
        wait("as many batches as there is room for", || made.load(Ordering::SeqCst) == taken + 5);
        // Were there no bound, three idle threads would go on within this time.
        thread::sleep(Duration::from_millis(5));
        assert_eq!(made.load(Ordering::SeqCst), taken + 5);
        assert_eq!(epoch.next().unwrap().unwrap().item(), taken as i64);
    }
    drop(epoch);
    assert!(made.load(Ordering::SeqCst) <= 15);
}

#[test]
fn workers_work_at_the_same_time() {
    // Each item waits for three others: one thread alone would wait for ever.
    let together = Arc::new(Barrier::new(4));
    let data = numbers(8).map(move |n| {
        together.wait();
        n
    });
    let loader = DataLoader::new(data, 1).workers(4);
    assert_eq!(batches(loader.epoch(0)).concat(), numbers(8).0);
}

#[test]
fn dropping_an_epoch_ends_its_threads() {
    struct Gone(Arc<AtomicBool>);
    impl Drop for Gone {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }
    let gone = Arc::new(AtomicBool::new(false));
    let guard = Gone(Arc::clone(&gone));
    let loader = DataLoader::new(
        numbers(1000).map(move |n| {
            let _held = &guard;
            n
        }),
        1,
    );
    let mut epoch = loader.workers(4).epoch(0);
    let _ = epoch.next();
    assert!(!gone.load(Ordering::SeqCst));
    // The loader was consumed, so only threads could still hold the data.
    drop(epoch);
    assert!(gone.load(Ordering::SeqCst));
}

#[test]
fn an_error_stands_in_the_place_of_its_batch() {
    struct Torn;
    impl Dataset for Torn {
        type Item = i64;
        fn len(&self) -> usize {
            6
        }
        fn get(&self, index: usize) -> Result<i64, DataError> {
            match index {
                3 => Err(DataError::new("item 3", "it is torn", "mend it")),
                _ => Ok(index as i64),
            }
        }
    }
    for workers in [0, 1, 4] {
        let epoch = DataLoader::new(Torn, 2).workers(workers).epoch(0);
        let found: Vec<Result<Vec<i64>, String>> =
            epoch.map(|batch| batch.map(|x| x.to_vec()).map_err(|error| error.to_string())).collect();
        assert_eq!(found, [Ok(vec![0, 1]), Err("item 3: it is torn; mend it".to_owned()), Ok(vec![4, 5])]);
    }
}

#[test]
fn a_panic_of_a_worker_is_the_callers() {
    for workers in [0, 1, 4] {
        let data = numbers(6).map(|n| if n == 3 { panic!("item {n} is impossible") } else { n });
        let mut epoch = DataLoader::new(data, 2).workers(workers).epoch(0);
        assert_eq!(epoch.next().unwrap().unwrap().to_vec(), [0, 1]);
        let panic = catch_unwind(AssertUnwindSafe(|| epoch.next())).unwrap_err();
        assert_eq!(panic.downcast_ref::<String>().unwrap(), "item 3 is impossible");
        assert_eq!(epoch.next().unwrap().unwrap().to_vec(), [4, 5], "the batches behind it follow");
        assert!(epoch.next().is_none() && epoch.next().is_none());
    }
}

#[test]
fn a_loader_may_live_in_another_thread() {
    let (sender, receiver) = mpsc::channel();
    let loader = DataLoader::new(numbers(4), 2).workers(2);
    thread::spawn(move || loader.epoch(0).for_each(|batch| sender.send(batch.unwrap().to_vec()).unwrap()));
    assert_eq!(receiver.iter().collect::<Vec<_>>().concat(), numbers(4).0);
}

#[test]
#[should_panic(expected = "data loader: the batch size is 0, it must be at least 1")]
fn a_batch_of_nothing_is_refused() {
    let _ = DataLoader::new(numbers(3), 0);
}

#[test]
#[should_panic(expected = "weighted sampler: 1 weights for 3 items")]
fn weights_for_other_items_are_refused() {
    let _ = DataLoader::new(numbers(3), 1).sampler(Weighted::new([1.0], 1));
}
