using Appliance.Supervisor.Board;
using Appliance.Supervisor.Link;

namespace Appliance.Supervisor.Update;

/// <summary>
/// Which image runs. Two slots in the memory, and the image that the factory put into the chip itself, which is never
/// replaced. One record, written whole, says all of it, so a cut leaves either the old book or the new one:
/// <code>
///   rollback floor u32 | failed u8 | newest good u8 | zero u16
///   for slot 0 and 1: state u8 | zero 3 | length u32 | rollback u32 | SHA-256 32
/// </code>
/// staged, at the start -> trial and runs; trial, at the next start -> empty (it was never confirmed); confirmed ->
/// good.
/// </summary>
internal sealed class SlotBook
{
    /// <summary>Nothing that may run.</summary>
    public const int Empty = 0;

    /// <summary>Complete and confirmed.</summary>
    public const int Good = 1;

    /// <summary>Complete and checked; never ran.</summary>
    public const int Staged = 2;

    /// <summary>Running for the first time.</summary>
    public const int Trial = 3;

    /// <summary>The image in the chip's own flash.</summary>
    public const int Factory = 255;

    private const int HeadBytes = 8;
    private const int SlotRecordBytes = 44;
    private readonly KeptRecord record;
    private readonly Memory memory;
    private readonly byte[] bytes = new byte[HeadBytes + (2 * SlotRecordBytes)];
    private readonly byte[] before = new byte[HeadBytes + (2 * SlotRecordBytes)];
    private readonly Sha256 sha = new Sha256();
    private readonly byte[] page = new byte[Memory.PageBytes];
    private readonly byte[] hash = new byte[32];

    public SlotBook(Memory memory)
    {
        this.memory = memory;
        record = new KeptRecord(memory, Places.Slots, bytes.Length);
        record.Load(bytes);
        LinkBytes.Copy(bytes, 0, before, 0, bytes.Length);
    }

    /// <summary>Lowest rollback number that may run from a slot.</summary>
    public long Floor => LinkBytes.U32(bytes, 0);

    /// <summary>A trial ended without being confirmed; told once.</summary>
    public bool HasFailed => bytes[4] != 0;

    public int State(int slot) => bytes[At(slot)];

    public long Length(int slot) => LinkBytes.U32(bytes, At(slot) + 4);

    /// <summary>First byte of a slot in the memory.</summary>
    public static int Place(int slot) => Places.Slot0 + (slot * Places.SlotBytes);

    /// <summary>
    /// The slot to write an update to: never the one that is good and newest, never the one on trial.
    /// </summary>
    public int Spare()
    {
        int best = Best();
        return State(0) == Trial ? 1 : State(1) == Trial ? 0 : best == 0 ? 1 : 0;
    }

    /// <summary>
    /// The loader's question: what runs now? Returns a slot or <see cref="Factory"/>. Moves staged to trial and a trial
    /// that is found again to empty, durably, before it answers. An image whose hash is not right never runs.
    /// </summary>
    public int ChooseAtStart()
    {
        for (int slot = 0; slot < 2; slot++)
        {
            if (State(slot) == Trial)
            {
                bytes[At(slot)] = Empty;
                bytes[4] = 1;
                if (!Store())
                {
                    return Factory;
                }
            }
        }

        for (int slot = 0; slot < 2; slot++)
        {
            if (State(slot) == Staged && HasRightHash(slot))
            {
                // Not written means not tried: an image that cannot be marked could be tried for ever.
                bytes[At(slot)] = Trial;
                if (Store())
                {
                    return slot;
                }
            }
        }

        int best = Best();
        if (best != Factory && !HasRightHash(best))
        {
            bytes[At(best)] = Empty;
            Store();
            best = Best();
            best = best != Factory && HasRightHash(best) ? best : Factory;
        }

        return best;
    }

    /// <summary>
    /// The slot is about to be written: it may not run until it is staged. False: the memory refused.
    /// </summary>
    public bool Clear(int slot)
    {
        bytes[At(slot)] = Empty;
        return Store();
    }

    /// <summary>The image is complete and right: it is tried at the next start.</summary>
    public bool Stage(int slot, UpdateBeginMessage head)
    {
        int at = At(slot);
        bytes[at] = Staged;
        LinkBytes.Put32(bytes, at + 4, head.Length);
        LinkBytes.Put32(bytes, at + 8, head.Rollback);
        LinkBytes.Copy(head.Hash, 0, bytes, at + 12, 32);
        bytes[4] = 0;
        return Store();
    }

    /// <summary>The image on trial works: it is good, and its rollback number is the floor from now on.</summary>
    public bool Confirm()
    {
        int slot = State(0) == Trial ? 0 : 1;
        if (State(slot) != Trial)
        {
            return false;
        }

        int at = At(slot);
        bytes[at] = Good;
        long rollback = LinkBytes.U32(bytes, at + 8);
        LinkBytes.Put32(bytes, 0, rollback > Floor ? rollback : Floor);

        // The newer of two good ones is found by its number; the older one stays to fall back on if it is as high.
        bytes[5] = (byte)slot;
        return Store();
    }

    /// <summary>The failure was told.</summary>
    public void ForgetFailure()
    {
        bytes[4] = 0;
        Store();
    }

    /// <summary>SHA-256 of what lies in a slot against its record.</summary>
    public bool HasRightHash(int slot)
    {
        long left = Length(slot);
        if (left < 1 || left > Places.SlotBytes)
        {
            return false;
        }

        sha.Begin();
        for (int at = Place(slot); left > 0; at += Memory.PageBytes)
        {
            int count = left < Memory.PageBytes ? (int)left : Memory.PageBytes;
            if (!memory.Read(at, page, count))
            {
                return false;
            }

            sha.Add(page, 0, count);
            left -= count;
        }

        sha.End(hash);
        for (int i = 0; i < 32; i++)
        {
            if (hash[i] != bytes[At(slot) + 12 + i])
            {
                return false;
            }
        }

        return true;
    }

    private int Best()
    {
        int newest = bytes[5] == 1 ? 1 : 0;
        for (int i = 0; i < 2; i++)
        {
            int slot = i == 0 ? newest : 1 - newest;
            if (State(slot) == Good && LinkBytes.U32(bytes, At(slot) + 8) >= Floor)
            {
                return slot;
            }
        }

        return Factory;
    }

    // What could not be stored did not happen: the book in RAM says what the memory says.
    private bool Store()
    {
        if (record.Store(bytes))
        {
            LinkBytes.Copy(bytes, 0, before, 0, bytes.Length);
            return true;
        }

        LinkBytes.Copy(before, 0, bytes, 0, bytes.Length);
        return false;
    }

    private static int At(int slot) => HeadBytes + (slot * SlotRecordBytes);
}
