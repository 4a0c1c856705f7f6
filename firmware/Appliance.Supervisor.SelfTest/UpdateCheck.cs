using Appliance.Supervisor.Board;
using Appliance.Supervisor.Link;
using Appliance.Supervisor.Update;

namespace Appliance.Supervisor.SelfTest;

/// <summary>
/// Updates over the link, byte by byte through its codec, into both slots. They are signed with the published key of
/// <see cref="SignatureCheck"/>, which anybody has: it is never given to a chip of a box.
/// </summary>
internal sealed class UpdateCheck
{
    /// <summary>About as long as the firmware's own image.</summary>
    private const int ImageBytes = 50000;

    private const string SignatureOf3 = "BC23E471F34CA5A13CB7386DB4E199563BFE07DF965279A8766791177C700C85"
        + "7F4FE88F5C0C95F41233AC36EEA0C8EB9E6124B2F9F132BB71BEE2E13C93B1C3";

    private const string SignatureOf4 = "E88CEAF2A19F32B5F0662F3377E2D15F2DBC9EF2B60548E9A30F2D4C11699EEC"
        + "3AB96DD6B8EEDDE1B05AD6F29CB84D05CC87B372BA860D5F05DF46EE1D4CE744";

    private readonly World world;
    private readonly byte[] image = new byte[ImageBytes];

    /// <summary>A board of its own, with its host up and the key given.</summary>
    public UpdateCheck()
    {
        world = new World();
        world.Start(1);
        world.RunSeconds(40);
        ProvisionKeyMessage key = new ProvisionKeyMessage();
        LinkBytes.Copy(SignatureCheck.Bytes(SignatureCheck.Key), 0, key.PublicKey, 0, 64);
        world.Host.Send(LinkKind.ProvisionKey, key.Write(world.Host.Message));
        world.Run(500);
    }

    /// <summary>A head whose signature is spoilt: no byte of its image is asked for.</summary>
    public bool RefusesSpoilt()
    {
        Begin(3, SignatureOf3, true);
        return IsAt(UpdatePhase.Refused) && world.Host.Update.Reason == UpdateReason.BadSignature;
    }

    /// <summary>A good head; the signature of a number is checked, the slot is made free.</summary>
    public bool Takes(int number)
    {
        Begin(number, number == 3 ? SignatureOf3 : SignatureOf4, false);
        return IsAt(UpdatePhase.Receiving);
    }

    /// <summary>The image in blocks; true where all of it lies in the slot.</summary>
    public bool Receives()
    {
        UpdateBlockMessage block = new UpdateBlockMessage();
        for (int at = 0; at < ImageBytes; at += LinkLimits.UpdateBlockBytesMax)
        {
            int left = ImageBytes - at;
            block.Offset = at;
            block.Count = left < LinkLimits.UpdateBlockBytesMax ? left : LinkLimits.UpdateBlockBytesMax;
            LinkBytes.Copy(image, at, block.Data, 0, block.Count);
            world.Host.Send(LinkKind.UpdateBlock, block.Write(world.Host.Message));
            for (int i = 0; i < 400 && world.Host.Link.Waiting > 8; i++)
            {
                world.Run(10);
            }
        }

        world.RunSeconds(4);
        return world.Chip.Update.NextOffset == ImageBytes;
    }

    /// <summary>What is stored is read back and hashed, and marked to run next.</summary>
    public bool Stages()
    {
        Command(1);
        world.RunSeconds(4);
        return IsAt(UpdatePhase.Staged);
    }

    /// <summary>The chip starts anew, and its loader chooses the slot.</summary>
    public bool Tries(int slot)
    {
        Command(4);
        world.RunSeconds(40);
        return world.Slot == slot && world.Chip.Update.Phase == UpdatePhase.Trial;
    }

    /// <summary>Confirmed, it runs after a loss of power too.</summary>
    public bool Keeps(int slot)
    {
        Command(3);
        world.Cut();
        world.RunSeconds(5);
        world.Start(1);
        world.RunSeconds(40);
        return world.Slot == slot && world.Chip.Update.Phase == UpdatePhase.Idle && world.Chip.Update.Book.Floor == 3;
    }

    /// <summary>Nobody confirms it: after its trial the slot before it runs again, and the host hears why.</summary>
    public bool FallsBackTo(int slot)
    {
        world.RunSeconds((UpdateTask.TrialMs / 1000) + 60);
        return world.Slot == slot && world.Host.Raised[AlarmKind.UpdateFailed] == 1;
    }

    private void Begin(int number, string signature, bool spoilt)
    {
        for (int i = 0; i < ImageBytes; i++)
        {
            image[i] = (byte)(((i * 7) + ((i >> 7) * number)) & 0xFF);
        }

        UpdateBeginMessage head = new UpdateBeginMessage();
        head.Board = BoardPins.BoardNumber;
        head.Rollback = number;
        head.Software = 0x200 + number;
        head.Length = ImageBytes;
        Sha256 sha = new Sha256();
        sha.Begin();
        sha.Add(image, 0, ImageBytes);
        sha.End(head.Hash);
        head.Signature = SignatureCheck.Bytes(signature);
        head.Signature[40] ^= (byte)(spoilt ? 1 : 0);
        world.Host.Send(LinkKind.UpdateBegin, head.Write(world.Host.Message));
        world.RunSeconds(7);
    }

    private void Command(int action)
    {
        UpdateCommandMessage command = new UpdateCommandMessage();
        command.Action = action;
        world.Host.Send(LinkKind.UpdateCommand, command.Write(world.Host.Message));
        world.RunSeconds(2);
    }

    private bool IsAt(int phase) => world.Host.Update.Phase == phase && world.Chip.Update.Phase == phase;
}
