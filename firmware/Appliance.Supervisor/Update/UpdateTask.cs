using Appliance.Supervisor.Board;
using Appliance.Supervisor.Link;

namespace Appliance.Supervisor.Update;

/// <summary>
/// Takes an update: the signature of its head is checked before a byte of it is stored, in small steps between the
/// other duties; then blocks are written to the spare slot; then what is stored is read back and hashed; only an
/// image whose hash is the signed one is staged. It runs at the next start, for ten minutes on trial: the host
/// confirms it, else the chip starts anew and the old image runs.
/// </summary>
internal sealed class UpdateTask
{
    /// <summary>Time that a new image has to be confirmed.</summary>
    public const int TrialMs = 600000;

    private const int StepsPerTurn = 1;
    private const int PagesPerTurn = 1;

    private readonly IBoard board;
    private readonly LinkPort link;
    private readonly Memory memory;
    private readonly UpdateKey key;
    private readonly UpdateBeginMessage head = new UpdateBeginMessage();
    private readonly UpdateStatusMessage status = new UpdateStatusMessage();
    private readonly P256Verifier verifier = new P256Verifier();
    private readonly Sha256 sha = new Sha256();
    private readonly byte[] hash = new byte[32];
    private readonly byte[] page = new byte[Memory.PageBytes];
    private readonly byte[] payload = new byte[UpdateStatusMessage.Bytes];
    private int slot;
    private int hashed;
    private readonly long trialUntilMs;

    public UpdateTask(IBoard board, LinkPort link, Memory memory, SlotBook book, UpdateKey key, int runningSlot)
    {
        this.board = board;
        this.link = link;
        this.memory = memory;
        Book = book;
        this.key = key;
        RunningSlot = runningSlot;
        if (runningSlot < 2 && book.State(runningSlot) == SlotBook.Trial)
        {
            Phase = UpdatePhase.Trial;
            trialUntilMs = board.NowMs + TrialMs;
        }
        else if (book.HasFailed)
        {
            Phase = UpdatePhase.Refused;
            Reason = UpdateReason.NotConfirmed;
        }
    }

    public SlotBook Book { get; }

    public int RunningSlot { get; }

    /// <summary><see cref="UpdatePhase"/>.</summary>
    public int Phase { get; private set; }

    /// <summary><see cref="UpdateReason"/>.</summary>
    public int Reason { get; private set; }

    /// <summary>First byte that is wanted next.</summary>
    public long NextOffset { get; private set; }

    /// <summary>The signed head of an update.</summary>
    public void Begin(byte[] message, int length)
    {
        // The same head again, while its image is under way: a repetition of the link, or a host that started anew.
        if (Phase == UpdatePhase.Trial || !head.Read(message, length))
        {
            Tell();
            return;
        }

        NextOffset = 0;
        Reason = Obstacle();
        if (Reason != UpdateReason.None)
        {
            Refuse(Reason);
            return;
        }

        sha.Begin();
        sha.Add(message, 0, UpdateBeginMessage.SignedBytes);
        sha.End(hash);
        verifier.Begin(key.Bytes, hash, head.Signature, 0);
        Phase = UpdatePhase.Verifying;
        Tell();
    }

    /// <summary>Bytes of the image; false where they cannot be taken now and are to come again.</summary>
    public bool Block(UpdateBlockMessage block)
    {
        if (Phase == UpdatePhase.Verifying)
        {
            return false;
        }

        if (Phase != UpdatePhase.Receiving || block.Offset + block.Count <= NextOffset)
        {
            return true;
        }

        long end = block.Offset + block.Count;
        bool isWhole = block.Count == LinkLimits.UpdateBlockBytesMax || end == head.Length;
        if (block.Offset != NextOffset || end > head.Length || !isWhole)
        {
            Refuse(UpdateReason.BadOrder);
        }
        else if (!memory.Write(SlotBook.Place(slot) + (int)block.Offset, block.Data, block.Count))
        {
            Refuse(UpdateReason.StoreFault);
        }
        else
        {
            NextOffset = end;
        }

        return true;
    }

    /// <summary>The key that signs updates, from the host; what became of it is told at once.</summary>
    public void Provision(byte[] publicKey)
    {
        bool wasSet = key.IsSet;
        bool isHeld = key.Provision(publicKey);
        Tell(isHeld ? UpdateReason.KeyTaken : wasSet ? UpdateReason.OtherKey : UpdateReason.StoreFault);
    }

    /// <summary>1 finish, 2 abandon, 3 confirm, 4 start anew.</summary>
    public void Command(int action)
    {
        if (action == 1 && Phase == UpdatePhase.Receiving)
        {
            if (NextOffset == head.Length)
            {
                Phase = UpdatePhase.Hashing;
                hashed = 0;
                sha.Begin();
            }
            else
            {
                Refuse(UpdateReason.BadOrder);
                return;
            }
        }
        else if (action == 2 && Phase != UpdatePhase.Trial && Phase != UpdatePhase.Idle)
        {
            Book.Clear(Book.Spare());
            Refuse(UpdateReason.Abandoned);
            return;
        }
        else if (action == 3 && Phase == UpdatePhase.Trial && Book.Confirm())
        {
            Phase = UpdatePhase.Idle;
        }
        else if (action == 4 && Phase == UpdatePhase.Staged)
        {
            // The host's power does not depend on it: a resistor holds its pin while the chip starts.
            board.Restart();
            return;
        }

        Tell();
    }

    public void Poll()
    {
        if (Phase == UpdatePhase.Verifying)
        {
            verifier.Step(StepsPerTurn);
            Verified();
        }
        else if (Phase == UpdatePhase.Hashing)
        {
            for (int i = 0; i < PagesPerTurn && Phase == UpdatePhase.Hashing; i++)
            {
                Hash();
            }
        }
        else if (Phase == UpdatePhase.Trial && board.NowMs >= trialUntilMs)
        {
            board.Restart();
        }
    }

    /// <summary>Sends how far it is.</summary>
    public void Tell() => Tell(Reason);

    private void Tell(int reason)
    {
        status.Phase = Phase;
        status.Reason = reason;
        status.HoldsKey = key.IsSet ? 1 : 0;
        status.Slot = slot;
        status.RunningSlot = RunningSlot;
        status.NextOffset = NextOffset;
        status.RollbackFloor = Book.Floor;
        status.VerifyPermille = Phase == UpdatePhase.Verifying ? verifier.Permille : 0;
        link.Send(LinkKind.UpdateStatus, payload, status.Write(payload));
    }

    private int Obstacle()
    {
        if (!key.IsSet)
        {
            return UpdateReason.NoKey;
        }

        if (head.Board != BoardPins.BoardNumber)
        {
            return UpdateReason.OtherBoard;
        }

        if (head.Rollback < Book.Floor)
        {
            return UpdateReason.TooOld;
        }

        return head.Length < 1 || head.Length > Places.SlotBytes ? UpdateReason.TooLong : UpdateReason.None;
    }

    private void Verified()
    {
        if (verifier.Verdict == P256Verifier.Working)
        {
            return;
        }

        if (verifier.Verdict == P256Verifier.Bad)
        {
            Refuse(UpdateReason.BadSignature);
            return;
        }

        slot = Book.Spare();
        if (!Book.Clear(slot))
        {
            Refuse(UpdateReason.StoreFault);
            return;
        }

        Phase = UpdatePhase.Receiving;
        Tell();
    }

    private void Hash()
    {
        int left = (int)head.Length - hashed;
        int count = left < Memory.PageBytes ? left : Memory.PageBytes;
        if (!memory.Read(SlotBook.Place(slot) + hashed, page, count))
        {
            Refuse(UpdateReason.StoreFault);
            return;
        }

        sha.Add(page, 0, count);
        hashed += count;
        if (hashed < head.Length)
        {
            return;
        }

        sha.End(hash);
        for (int i = 0; i < 32; i++)
        {
            if (hash[i] != head.Hash[i])
            {
                Refuse(UpdateReason.BadHash);
                return;
            }
        }

        if (Book.Stage(slot, head))
        {
            Phase = UpdatePhase.Staged;
            Tell();
        }
        else
        {
            Refuse(UpdateReason.StoreFault);
        }
    }

    private void Refuse(int reason)
    {
        Phase = UpdatePhase.Refused;
        Reason = reason;
        Tell();
    }
}
