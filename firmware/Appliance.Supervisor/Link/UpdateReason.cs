namespace Appliance.Supervisor.Link;

/// <summary>Why an update or a key was refused. Numbers, because the chip cannot print the names of an enum.</summary>
public static class UpdateReason
{
    /// <summary>It was not.</summary>
    public const int None = 0;

    /// <summary>The chip holds no key yet.</summary>
    public const int NoKey = 1;

    /// <summary>The image is for another board.</summary>
    public const int OtherBoard = 2;

    /// <summary>Its rollback number is below the floor.</summary>
    public const int TooOld = 3;

    /// <summary>It does not fit a slot.</summary>
    public const int TooLong = 4;

    /// <summary>The signature does not fit.</summary>
    public const int BadSignature = 5;

    /// <summary>The stored image does not have the signed hash.</summary>
    public const int BadHash = 6;

    /// <summary>A block or command out of turn.</summary>
    public const int BadOrder = 7;

    /// <summary>The image memory did not take or give bytes.</summary>
    public const int StoreFault = 8;

    /// <summary>The new image was not confirmed in time; the old one runs again.</summary>
    public const int NotConfirmed = 9;

    /// <summary>The host abandoned it.</summary>
    public const int Abandoned = 10;

    /// <summary>Nothing is wrong: the key that was given is the chip's key.</summary>
    public const int KeyTaken = 11;

    /// <summary>The chip holds another key, and takes none a second time.</summary>
    public const int OtherKey = 12;
}
