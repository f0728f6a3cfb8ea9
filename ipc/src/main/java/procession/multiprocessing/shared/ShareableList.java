// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.shared;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.memory.SharedDirectory;
import procession.multiprocessing.internal.waiting.Mutex;

/**
 * A list of a fixed length that processes share, whose elements are numbers, flags, texts, bytes or {@code null}.
 *
 * <pre>{@code
 * var list = ShareableList.of("started", 0, 0.5, true, null);
 * var process = new Process(() -> {
 *     list.set(1, 42);
 *     list.set(0, "done");
 * });
 * process.start();
 * process.join();
 * System.out.println(list.get(0) + " " + list.get(1)); // done 42
 * list.destroy();
 * }</pre>
 *
 * <p>An element may become one of another type. How much room there is for texts and bytes is settled when the list is made, by
 * what is there at first: up to the next multiple of 8 bytes that is more, of UTF-8 for a text; 8 bytes for everything else.
 * What is longer is refused, and the old element stays.
 *
 * <p>An element is never seen half written, not even if the process that writes it is killed; several of them are not
 * changed together, which takes a lock. Reading never waits. Writing waits for who writes to this list just then.
 *
 * <p>{@code long} is what is kept of all whole numbers, and {@code double} of the others. Arrays of bytes are copied.
 *
 * <p>The name of a list, by which other processes may {@link #attach} it, and its memory live as those of
 * {@link SharedMemory}: until {@link #destroy}, or until the process has ended that made it.
 *
 * <p>Memory consistency effects: actions before {@link #set} <i>happen-before</i> actions after {@link #get} has returned what
 * it set; in other processes, as far as they are actions on shared memory.
 *
 * <p>All methods may be called by any thread at any time.
 *
 * <p><i>Python:</i> {@code multiprocessing.shared_memory.ShareableList}, where an element can be seen half written.
 */
public final class ShareableList extends SharedObject implements Iterable<@Nullable Object> {
    private static final long serialVersionUID = 1L;

    private final transient ListSlots slots;
    private final transient Mutex writing;

    /**
     * Makes a list, whose name nobody can guess.
     *
     * <p><i>Python:</i> {@code ShareableList(items)}
     *
     * @param items what is in it at first; none may be of another type than said above
     * @throws IllegalArgumentException if one is, or they are too long for one list
     * @throws UncheckedIOException if there is no room in shared memory, with the remedy
     */
    public ShareableList(Collection<? extends @Nullable Object> items) {
        this(make("", items));
    }

    ShareableList(Cell cell) {
        super(Kind.SHAREABLE_LIST, cell);
        this.slots = new ListSlots(cell);
        this.writing = new Mutex(this, cell);
    }

    private static Cell make(String name, Collection<? extends @Nullable Object> items) {
        try {
            return makeNamed(name, items);
        } catch (IOException noRoom) {
            throw new UncheckedIOException(noRoom.getMessage(), noRoom);
        }
    }

    private static Cell makeNamed(String name, Collection<? extends @Nullable Object> items) throws IOException {
        List<ListItem> all = new ArrayList<>();
        for (Object item : items) {
            all.add(ListItem.of(item));
        }
        return SharedDirectory.current()
                .createNamed(
                        name,
                        Kind.SHAREABLE_LIST,
                        Mutex.RECOVERING,
                        ListSlots.bytes(all),
                        cell -> ListSlots.fill(cell, all));
    }

    /**
     * Makes a list of these elements, whose name nobody can guess.
     *
     * @param items what is in it at first
     * @return the list
     * @throws IllegalArgumentException if one is of another type than said above, or they are too long for one list
     * @throws UncheckedIOException if there is no room in shared memory, with the remedy
     */
    public static ShareableList of(@Nullable Object... items) {
        return new ShareableList(Arrays.asList(items));
    }

    /**
     * Makes a list of a name.
     *
     * <p><i>Python:</i> {@code ShareableList(items, name=name)}
     *
     * @param name the name, as for {@link SharedMemory#create(String, long)}
     * @param items what is in it at first
     * @return the list
     * @throws FileAlreadyExistsException if there is shared memory of this name
     * @throws IllegalArgumentException if an item is of another type than said above, they are too long for one list, or this
     *     can't be a name
     * @throws IOException if there is no room for it, with the remedy
     */
    public static ShareableList create(String name, Collection<? extends @Nullable Object> items) throws IOException {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("an empty name; the constructor chooses one");
        }
        return new ShareableList(makeNamed(name, items));
    }

    /**
     * Finds a list by its name.
     *
     * <p><i>Python:</i> {@code ShareableList(name=name)}
     *
     * @param name the name
     * @return the same list
     * @throws NoSuchFileException if there is no shared memory of this name
     * @throws IllegalArgumentException if this can't be a name
     * @throws IOException if it is something else, or can't be shared with this process
     */
    public static ShareableList attach(String name) throws IOException {
        Objects.requireNonNull(name, "name");
        Cell cell = SharedDirectory.current().attachNamed(name, Kind.SHAREABLE_LIST);
        try {
            return new ShareableList(cell);
        } catch (IllegalArgumentException unsound) {
            throw new IOException(unsound.getMessage(), unsound);
        }
    }

    /**
     * Returns the name, by which other processes can {@link #attach} it.
     *
     * <p><i>Python:</i> {@code list.shm.name}
     *
     * @return the name
     */
    public String name() {
        return SharedDirectory.userName(cell().segment());
    }

    private void checkAlive() {
        if (writing.isDestroyed()) {
            throw new IllegalStateException("this has been destroyed: " + this);
        }
    }

    /**
     * Returns how many elements there are, also when the list has been destroyed.
     *
     * <p><i>Python:</i> {@code len(list)}
     *
     * @return the length
     */
    public int size() {
        return slots.size();
    }

    /**
     * Returns an element.
     *
     * @param index which one
     * @return a {@link Long}, {@link Double}, {@link Boolean}, {@link String}, {@code byte[]} of its own, or {@code null}
     * @throws IndexOutOfBoundsException if there is no such element
     * @throws IllegalStateException if the list has been destroyed
     */
    public @Nullable Object get(int index) {
        return item(index).value();
    }

    private ListItem item(int index) {
        Objects.checkIndex(index, slots.size());
        checkAlive();
        ListItem item = slots.read(index);
        checkAlive();
        return item;
    }

    /**
     * Sets an element, and waits while another thread or process sets one.
     *
     * @param index which one
     * @param value what it is from now on
     * @throws IndexOutOfBoundsException if there is no such element
     * @throws IllegalArgumentException if it is of another type than said above, or longer than there is room for; the old
     *     element stays
     * @throws IllegalStateException if the list has been destroyed
     */
    public void set(int index, @Nullable Object value) {
        Objects.checkIndex(index, slots.size());
        ListItem item = ListItem.of(value);
        slots.checkFits(index, item);
        writing.acquireUninterruptibly();
        try {
            slots.write(index, item);
        } finally {
            writing.release();
        }
    }

    /**
     * Returns how many elements equal a value, whole numbers as {@code long}, and arrays of bytes by what is in them.
     *
     * @param value the value
     * @return the number, each element as it was when it was read
     * @throws IllegalStateException if the list has been destroyed
     */
    public int count(@Nullable Object value) {
        ListItem sought = ListItem.of(value);
        int count = 0;
        for (int i = 0; i < size(); i++) {
            count += item(i).equals(sought) ? 1 : 0;
        }
        return count;
    }

    /**
     * Returns where an element is that equals a value, whole numbers as {@code long}, and arrays of bytes by what is in them.
     *
     * <p><i>Python:</i> {@code list.index(value)}, which throws if there is none.
     *
     * @param value the value
     * @return the index of the first one, or -1
     * @throws IllegalStateException if the list has been destroyed
     */
    public int indexOf(@Nullable Object value) {
        ListItem sought = ListItem.of(value);
        for (int i = 0; i < size(); i++) {
            if (item(i).equals(sought)) {
                return i;
            }
        }
        return -1;
    }

    /**
     * Returns what is in the list, in the manner of Python's {@code struct}.
     *
     * @return for each element {@code q} for a whole number, {@code d} for another one, {@code xxxxxxx?} for a flag,
     *     {@code xxxxxx?x} for {@code null}, or {@code 16s} for a text or bytes, of which there may be 16
     * @throws IllegalStateException if the list has been destroyed
     */
    public String format() {
        StringBuilder format = new StringBuilder();
        for (int i = 0; i < size(); i++) {
            format.append(item(i).format(slots.capacity(i)));
        }
        return format.toString();
    }

    /**
     * Returns a view of the list, whose {@code get} and {@code set} are those of this.
     *
     * @return a list of the same fixed length
     */
    public List<@Nullable Object> asList() {
        return new View(this);
    }

    /**
     * Returns the elements in their order, each as it is when it is its turn.
     *
     * @return an iterator that can't remove
     */
    @Override
    public Iterator<@Nullable Object> iterator() {
        return asList().iterator();
    }

    /**
     * Ends the list, for all processes: whoever uses it from now on gets an {@link IllegalStateException}, its name is free,
     * and its memory is given back. Destroying a second time does nothing.
     *
     * <p><i>Python:</i> {@code list.shm.close()} and {@code list.shm.unlink()}
     *
     * @throws UncheckedIOException if its name can't be taken away now, because another process is stopped while it does such a
     *     thing
     */
    public void destroy() {
        writing.destroy();
        cell().segment().directory().unlink(cell().segment());
        cell().segment().giveBackPages();
    }

    /**
     * Returns a text with name and length.
     *
     * @return for example {@code ShareableList[results, 5 elements]}
     */
    @Override
    public String toString() {
        return "ShareableList[" + name() + ", " + size() + " elements]";
    }

    private static final class View extends AbstractList<@Nullable Object> implements RandomAccess {
        private final ShareableList list;

        View(ShareableList list) {
            this.list = list;
        }

        @Override
        public @Nullable Object get(int index) {
            return list.get(index);
        }

        @Override
        public @Nullable Object set(int index, @Nullable Object value) {
            Object before = list.get(index);
            list.set(index, value);
            return before;
        }

        @Override
        public int size() {
            return list.size();
        }
    }
}
