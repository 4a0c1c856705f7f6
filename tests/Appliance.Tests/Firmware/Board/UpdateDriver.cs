using System.Security.Cryptography;
using Appliance.Supervisor.Board;
using Appliance.Supervisor.Link;
using Appliance.Supervisor.SelfTest;

namespace Appliance.Tests.Firmware.Board;

/// <summary>Makes, signs and sends an update as the host does.</summary>
internal sealed class UpdateDriver(World world)
{
    private static readonly ECDsa Signer = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly byte[] image = Image();

    public UpdateBeginMessage Head { get; } = new() { Board = BoardPins.BoardNumber, Rollback = 3, Software = 0x200 };

    /// <summary>Changes the head after it was signed.</summary>
    public Action<UpdateBeginMessage> Spoil { get; set; } = _ => { };

    /// <summary>Changes the image after its hash was taken.</summary>
    public Action<byte[]> SpoilImage { get; set; } = _ => { };

    public void Provision()
    {
        ECPoint point;
        lock (Signer)
        {
            point = Signer.ExportParameters(false).Q;
        }

        ProvisionKeyMessage key = new() { PublicKey = [.. point.X!, .. point.Y!] };
        world.Host.Send(LinkKind.ProvisionKey, key.Write(world.Host.Message));
        world.Run(500);
    }

    public void Begin()
    {
        byte[] signed = new byte[UpdateBeginMessage.Bytes];
        Head.Length = image.Length;
        Head.Hash = SHA256.HashData(image);
        Head.Write(signed);
        lock (Signer)
        {
            Head.Signature =
                Signer.SignData(signed.AsSpan(0, UpdateBeginMessage.SignedBytes), HashAlgorithmName.SHA256);
        }

        Spoil(Head);
        SpoilImage(image);
        world.Host.Send(LinkKind.UpdateBegin, Head.Write(world.Host.Message));
        world.Run(500);
    }

    /// <summary>Sends blocks, as many of them as are left or asked for.</summary>
    public void Blocks(int count = int.MaxValue)
    {
        UpdateBlockMessage block = new();
        int end = (int)Math.Min(image.Length, count * 128L);
        for (int at = 0; at < end && world.Chip is not null; at += 128)
        {
            block.Offset = at;
            block.Count = Math.Min(128, image.Length - at);
            image.AsSpan(at, block.Count).CopyTo(block.Data);
            world.Host.Send(LinkKind.UpdateBlock, block.Write(world.Host.Message));
            for (int i = 0; i < 400 && world.Chip is not null && world.Host.Link.Waiting > 8; i++)
            {
                world.Run(10);
            }
        }

        world.Run(4000);
    }

    public void Command(int action)
    {
        UpdateCommandMessage command = new() { Action = action };
        world.Host.Send(LinkKind.UpdateCommand, command.Write(world.Host.Message));
        world.Run(2000);
    }

    /// <summary>All of it, up to the staged image.</summary>
    public void Send()
    {
        Provision();
        Begin();
        world.RunSeconds(6);
        Blocks();
        Command(1);
    }

    private static byte[] Image()
    {
        byte[] bytes = new byte[5000];
        new Random(99).NextBytes(bytes);
        return bytes;
    }
}
